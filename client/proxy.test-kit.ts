import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";

/** What a proxy does to what passes through it; all of it may be changed while it runs. */
export interface ProxyWays {
  /**
   * `headers`: they are kept until the first byte of the body comes; `all`: nothing is passed on
   * before the answer has ended.
   */
  keeps?: "headers" | "all" | undefined;
  /**
   * An answer that says nothing for so long (ms) is cut; one that has not begun by then gets a 504
   * page.
   */
  idleMs?: number | undefined;
  /** Requests are taken and never answered. */
  swallows?: boolean | undefined;
  /** Every answer is this one, with an HTML page. */
  status?: number | undefined;
  /** An answer that has begun is ended with its first piece, as if it were whole. */
  endsEarly?: boolean | undefined;
  /** An answer that has begun is cut in the middle of its first piece that is more than a beat. */
  tears?: boolean | undefined;
  /** Every byte is a piece of its own, so that characters come in parts. */
  bytewise?: boolean | undefined;
  /** It speaks HTTP/1.0 to the server. */
  http10?: boolean | undefined;
  /** Which requests this is done to; all by default. */
  only?: ((path: string) => boolean) | undefined;
}

export interface TestProxy {
  url: string;
  /** Paths that were asked for. */
  seen: string[];
  ways: ProxyWays;
  close(): Promise<void>;
}

const PAGE = "<html><body><h1>The proxy</h1></body></html>";
const OF_ONE_HOP = new Set(["connection", "upgrade", "keep-alive", "transfer-encoding", "te", "trailer"]);

/**
 * A reverse proxy in front of `to` with the habits of real ones. WebSockets do not get through:
 * their upgrade is dropped, as most do by default.
 */
export async function startProxy(to: string, ways: ProxyWays = {}): Promise<TestProxy> {
  const target = new URL(to);
  const seen: string[] = [];
  const far = new Set<{ destroy(): unknown }>();
  const proxy = { ways };

  const server = createServer((incoming, answer) => {
    const path = incoming.url ?? "/";
    seen.push(path);
    const way = proxy.ways.only?.(path) === false ? {} : proxy.ways;
    if (way.swallows) return void incoming.resume();
    if (way.status !== undefined) return sendPage(answer, way.status);
    if (way.http10) return forwardOld(incoming, answer);
    const headers = Object.fromEntries(Object.entries(incoming.headers).filter(([name]) => !OF_ONE_HOP.has(name)));
    const asked = request(
      { host: target.hostname, port: target.port, method: incoming.method, path, headers },
      (given) => passOn(given, answer, way),
    );
    track(asked);
    if (way.idleMs !== undefined) asked.setTimeout(way.idleMs, () => cut(answer, () => asked.destroy()));
    asked.on("error", () => (answer.headersSent ? answer.destroy() : sendPage(answer, 502)));
    answer.once("close", () => asked.destroy());
    incoming.pipe(asked);
  });

  function track(thing: { destroy(): unknown; once(event: "close", listener: () => void): unknown }): void {
    far.add(thing);
    thing.once("close", () => far.delete(thing));
  }

  function forwardOld(incoming: IncomingMessage, answer: ServerResponse): void {
    const { socket: near } = answer as { socket: Socket };
    const upstream = connect(Number(target.port), target.hostname);
    track(upstream);
    const kept = incoming.rawHeaders.flatMap((name, at) =>
      at % 2 === 0 && !OF_ONE_HOP.has(name.toLowerCase()) ? `${name}: ${incoming.rawHeaders[at + 1]}\r\n` : [],
    );
    upstream.write(`${incoming.method} ${incoming.url} HTTP/1.0\r\n${kept.join("")}Connection: close\r\n\r\n`);
    incoming.on("data", (chunk) => upstream.write(chunk));
    upstream.on("error", () => near.destroy());
    near.once("close", () => upstream.destroy());
    upstream.pipe(near);
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return Object.assign(proxy, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    close: () =>
      new Promise<void>((resolve) => {
        for (const thing of far) thing.destroy();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

function passOn(given: IncomingMessage, answer: ServerResponse, ways: ProxyWays): void {
  const { keeps, endsEarly, tears, bytewise } = ways;
  const kept: Buffer[] = [];
  const begin = () => {
    if (answer.headersSent || answer.destroyed) return;
    const headers = Object.entries(given.headers).filter(([name]) => !OF_ONE_HOP.has(name));
    answer.writeHead(given.statusCode ?? 502, Object.fromEntries(headers));
    if (keeps === undefined) answer.flushHeaders();
  };
  if (keeps === undefined) begin();
  given.on("data", (chunk: Buffer) => {
    if (keeps === "all") return void kept.push(chunk);
    begin();
    if (answer.destroyed) return;
    if (tears && chunk.length > 2) {
      answer.write(chunk.subarray(0, Math.ceil(chunk.length / 2)), () => answer.destroy());
      return;
    }
    if (bytewise) for (const byte of chunk) answer.write(Uint8Array.of(byte));
    else answer.write(chunk);
    if (endsEarly) answer.end();
  });
  given.on("end", () => {
    begin();
    answer.end(Buffer.concat(kept));
  });
  given.on("error", () => answer.destroy());
}

function cut(answer: ServerResponse, end: () => void): void {
  if (answer.headersSent) answer.destroy();
  else sendPage(answer, 504);
  end();
}

function sendPage(answer: ServerResponse, status: number): void {
  if (answer.headersSent || answer.destroyed) return;
  answer.writeHead(status, { "content-type": "text/html" }).end(PAGE);
}
