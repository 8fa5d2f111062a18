import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import Fastify, { type FastifyInstance } from "fastify";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Assets } from "./assets.ts";

const SCRIPT = "/_next/static/chunks/a.js";
let root: string;
let assets: Assets;
let app: FastifyInstance;

beforeAll(async () => {
  root = mkdtempSync(path.join(os.tmpdir(), "switchyard-assets-"));
  const write = (file: string, text: string) => {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  };
  write(".next/static/chunks/other.js", "of another build");
  write(".next-1/static/chunks/a.js", "let a = 1;".repeat(100));
  write(".next-1/server/secret.js", "not for anyone");
  write("public/brand/mark.svg", "<svg/>");
  assets = await Assets.read(root, ".next-1");
  app = Fastify();
  app.get("/*", (request, reply) => assets.send(request, reply));
});
afterAll(async () => {
  await app.close();
  rmSync(root, { recursive: true });
});

test("files of the build that is served and of public are there, others are not", () => {
  const known = (url: string) => assets.has(url);
  expect([SCRIPT, `${SCRIPT}?v=1`, "/brand/mark.svg"].map(known)).toEqual([true, true, true]);
  const others = ["/_next/static/chunks/other.js", "/_next/server/secret.js", "/_next/static/../server/secret.js", "/"];
  expect(others.map(known)).toEqual([false, false, false, false]);
});

test("a file comes zipped where that is understood, with how long it may be kept, and not again to who has it", async () => {
  const plain = await app.inject({ url: SCRIPT });
  expect(plain.body).toBe("let a = 1;".repeat(100));
  expect(plain.headers).toMatchObject({
    "content-type": "text/javascript; charset=utf-8",
    "cache-control": "public, max-age=31536000, immutable",
  });
  const zipped = await app.inject({ url: SCRIPT, headers: { "accept-encoding": "gzip" } });
  expect(zipped.headers["content-encoding"]).toBe("gzip");
  expect(zipped.rawPayload.length).toBeLessThan(plain.rawPayload.length);
  const { etag } = plain.headers;
  const again = await app.inject({ url: SCRIPT, headers: { "if-none-match": String(etag) } });
  expect([again.statusCode, again.body]).toEqual([304, ""]);
  expect((await app.inject({ url: "/brand/mark.svg" })).headers["cache-control"]).toContain("must-revalidate");
});
