import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { pino } from "pino";
import { Registry } from "prom-client";
import { afterEach, beforeEach, expect, test } from "vitest";
import { eventually } from "../testing/eventually.ts";
import { Renderer, RendererAway, type RendererOptions } from "./index.ts";

/** Draws what the path says, in place of Next. */
const PROGRAM = `
import { createServer } from "node:http";
process.on("disconnect", () => process.exit(0));
process.on("message", (message) => {
  if (message.type === "stop") process.exit(0);
  if (message.type === "ping") process.send({ type: "pong", rssBytes: 1 });
  if (message.type !== "start") return;
  const server = createServer((request, response) => {
    if (request.headers["x-switchyard-renderer"] !== message.secret) return response.writeHead(403).end();
    if (request.url === "/spin") for (;;);
    if (request.url === "/die") process.exit(3);
    if (request.url === "/never") return;
    if (request.url === "/endless") {
      response.write("begun");
      response.on("close", () => console.log("closed"));
      return;
    }
    response.writeHead(201, { "x-seen": JSON.stringify(request.headers), connection: "close" }).end("page " + process.pid);
  });
  server.listen(0, "127.0.0.1", () => process.send({ type: "ready", port: server.address().port }));
});`;

let dir: string;
let server: http.Server;
let renderer: Renderer;
let origin: string;
let registry: Registry;
let logged: string[];

beforeEach(() => {
  dir = mkdtempSync(path.join(os.tmpdir(), "switchyard-renderer-"));
  registry = new Registry();
  logged = [];
});
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
  await renderer.close();
  rmSync(dir, { recursive: true });
});

async function open(more: Partial<RendererOptions> = {}, program = PROGRAM): Promise<void> {
  writeFileSync(path.join(dir, "program.mjs"), program);
  const logger = pino({ level: "info" }, { write: (line: string) => void logged.push(line) });
  const options = { dev: false, dir, hostname: "127.0.0.1", port: 0, heapMb: 128, logger, registry, hangMs: 2_000 };
  renderer = new Renderer({ ...options, program: path.join(dir, "program.mjs"), ...more });
  await renderer.start();
  server = http.createServer((request, response) => {
    renderer.draw(request, response).catch((error: Error) => {
      response.writeHead(error instanceof RendererAway ? 503 : 500).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("a page comes as it was drawn, with what its request said, and nothing of the connection in between", async () => {
  await open();
  const answer = await fetch(`${origin}/a?b=c`, { headers: { cookie: "d=e", "x-request-id": "f" } });
  expect(answer.status).toBe(201);
  expect(await answer.text()).toMatch(/^page \d+$/);
  const seen = JSON.parse(answer.headers.get("x-seen") ?? "");
  expect(seen).toMatchObject({ cookie: "d=e", "x-request-id": "f", host: new URL(origin).host });
  expect(answer.headers.get("connection")).not.toBe("close");
});

test.each([
  ["ends", "/die", "ended"],
  ["hangs", "/spin", "hung"],
])("a process that %s is replaced; until then pages are refused and this process serves", async (_, url, reason) => {
  await open();
  const first = await (await fetch(`${origin}/`)).text();
  expect((await fetch(origin + url)).status).toBe(503);
  await eventually(async () => {
    const answer = await fetch(`${origin}/`);
    expect(answer.status).toBe(201);
    expect(await answer.text()).not.toBe(first);
  });
  const restarts = (await registry.getMetricsAsJSON()).find(
    ({ name }) => name === "switchyard_renderer_restarts_total",
  );
  expect(restarts?.values).toMatchObject([{ value: 1, labels: { reason } }]);
});

test("a page that is not through in its time is given up, answered or not", async () => {
  await open({ pageMs: 200 });
  expect((await fetch(`${origin}/never`)).status).toBe(503);
  await expect(fetch(`${origin}/endless`).then((answer) => answer.text())).rejects.toThrow();
});

test("a reader who goes away ends the drawing", async () => {
  await open();
  const reader = new AbortController();
  const answer = await fetch(`${origin}/endless`, { signal: reader.signal });
  expect(answer.status).toBe(200);
  reader.abort();
  await eventually(() => expect(logged.join()).toContain("closed"));
});

test("a program that ends before it is ready fails the start, with what it said", async () => {
  const starting = open({}, 'console.error("no build here"); process.exit(1);');
  await expect(starting).rejects.toThrow("no build here");
});
