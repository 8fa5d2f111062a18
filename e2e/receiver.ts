import { createHmac, timingSafeEqual } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

/** A request that has arrived. */
export interface Received {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
  /** The body as JSON. */
  json: { type?: string; data?: { message?: string; alert?: { alertId: string } } };
}

export interface Receiver {
  url: string;
  received: Received[];
  /** What it answers from now on, by path; 204 where nothing is said. */
  answers: Map<string, number>;
  /** Those that came to a path with an event of that type. */
  of(path: string, type: string): Received[];
  close(): Promise<void>;
}

/** A receiver of webhooks on this machine, that keeps what it gets. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const answers = new Map<string, number>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const path = request.url ?? "/";
    received.push({ path, headers: request.headers, body, json: JSON.parse(body) });
    response.writeHead(answers.get(path) ?? 204).end();
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    answers,
    of: (path, type) => received.filter((one) => one.path === path && one.json.type === type),
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}

/** How many of a request's signatures (Standard Webhooks) that secret has made. */
export function signaturesBy(secret: string, { headers, body }: Received): number {
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const signed = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.${body}`;
  const own = createHmac("sha256", key).update(signed).digest();
  const given = String(headers["webhook-signature"]).split(" ");
  return given.filter((one) => {
    const [version, signature = ""] = one.split(",");
    const bytes = Buffer.from(signature, "base64");
    return version === "v1" && bytes.length === own.length && timingSafeEqual(bytes, own);
  }).length;
}
