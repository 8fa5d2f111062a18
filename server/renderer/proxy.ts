import http, { type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { pipeline } from "node:stream/promises";

const SECRET_HEADER = "x-switchyard-renderer";
/** Of one connection, not of a message (RFC 9110, 7.6.1). */
const HOP_BY_HOP = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Hands requests on to the process that draws pages, and its answers back, as they come. */
export class PageProxy {
  readonly #port: number;
  readonly #secret: string;
  readonly #budgetMs: number;
  readonly #agent = new http.Agent({ keepAlive: true, maxFreeSockets: 8 });

  /** @param budgetMs how long one answer may take, from the request to its last byte. */
  constructor(port: number, secret: string, budgetMs: number) {
    this.#port = port;
    this.#secret = secret;
    this.#budgetMs = budgetMs;
  }

  /**
   * Resolves when the answer is through or its reader has gone. Rejects when nothing has been
   * answered; what fails later ends the response.
   */
  async forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const upstream = http.request({ ...this.#target(request), headers: this.#headers(endToEnd(request.headers)) });
    const abandon = () => upstream.destroy();
    response.once("close", abandon);
    const budget = setTimeout(
      () => upstream.destroy(new Error(`it took longer than ${this.#budgetMs} ms`)),
      this.#budgetMs,
    );
    try {
      const answering = new Promise<IncomingMessage>((resolve, reject) => {
        upstream.once("response", resolve);
        upstream.on("error", reject);
        upstream.once("close", () => reject(new Error("it was not answered")));
      });
      if (request.method === "GET" || request.method === "HEAD") upstream.end();
      else request.pipe(upstream);
      const answer = await answering;
      for (const [name, value] of Object.entries(endToEnd(answer.headers)))
        if (value !== undefined) response.setHeader(name, value);
      response.writeHead(answer.statusCode ?? 502);
      await pipeline(answer, response);
    } catch (error) {
      upstream.destroy();
      if (response.closed || response.destroyed) return;
      if (response.headersSent) response.destroy();
      else throw error;
    } finally {
      clearTimeout(budget);
      response.off("close", abandon);
    }
  }

  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const upstream = http.request({ ...this.#target(request), headers: this.#headers(request.headers) });
    const end = () => {
      upstream.destroy();
      socket.destroy();
    };
    socket.on("error", end);
    upstream.on("error", end);
    upstream.on("response", end);
    upstream.once("upgrade", (answer, far, first) => {
      const lines = answer.rawHeaders.flatMap((name, i, all) => (i % 2 === 0 ? [`${name}: ${all[i + 1]}`] : []));
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join("\r\n")}\r\n\r\n`);
      socket.write(first);
      far.write(head);
      far.on("error", end).on("close", end);
      socket.on("close", end);
      far.pipe(socket).pipe(far);
    });
    upstream.end();
  }

  close(): void {
    this.#agent.destroy();
  }

  #target({ method, url }: IncomingMessage) {
    return { host: "127.0.0.1", port: this.#port, method, path: url, agent: this.#agent };
  }

  #headers(headers: IncomingHttpHeaders) {
    return { ...headers, [SECRET_HEADER]: this.#secret };
  }
}

function endToEnd(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const named = String(headers.connection ?? "")
    .toLowerCase()
    .split(/\s*,\s*/);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !HOP_BY_HOP.has(name) && !named.includes(name)));
}
