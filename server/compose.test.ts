import { chmod, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type Composed, compose } from "./compose.ts";
import { type Config, readConfig } from "./config.ts";
import { createTestDatabase, type TestDatabase } from "./testing/database.ts";
import { welcome } from "./welcome.ts";

let database: TestDatabase;
let dataDir: string;
const running: Composed[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  dataDir = await mkdtemp(path.join(tmpdir(), "switchyard-compose-"));
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
  await rm(dataDir, { recursive: true });
});

const logger = pino({ level: "silent" });
const configFor = (env: Record<string, string> = {}): Config =>
  readConfig({ DATABASE_URL: database.url, SWITCHYARD_DATA_DIR: dataDir, ...env });

async function start(config: Config): Promise<Composed> {
  const server = await compose(config, {
    logger,
    draw: async (_request, response) => void response.end("page"),
  });
  running.push(server);
  return server;
}

const statusWith = async (server: Composed, key: string) =>
  (await server.app.inject({ url: "/api/v1/me", headers: { authorization: `Bearer ${key}` } })).statusCode;

test("the first start leaves a working key that only its owner may read; later starts keep it", async () => {
  const first = await start(configFor());
  const file = path.join(dataDir, "api-key");
  const key = (await readFile(file, "utf8")).trim();
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await statusWith(first, key)).toBe(200);
  await chmod(file, 0o644);
  const second = await start(configFor());
  expect((await readFile(file, "utf8")).trim()).toBe(key);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(await statusWith(second, key)).toBe(200);
});

test("a key file of another database is replaced by one that works", async () => {
  const file = path.join(dataDir, "api-key");
  await writeFile(file, "sy_from-another-database\n");
  const server = await start(configFor());
  expect(await statusWith(server, (await readFile(file, "utf8")).trim())).toBe(200);
});

test("with a bootstrap key no key is minted, and the key works as soon as the server stands", async () => {
  const server = await start(configFor({ SWITCHYARD_BOOTSTRAP_KEY: "bootstrap-key-of-a-test" }));
  expect(await statusWith(server, "bootstrap-key-of-a-test")).toBe(200);
  await expect(stat(path.join(dataDir, "api-key"))).rejects.toThrow("ENOENT");
});

test("it is ready once it listens, and not any more when it closes", async () => {
  const server = await start(configFor());
  const status = async () => (await server.app.inject({ url: "/readyz" })).json().status;
  expect(await status()).toBe("starting");
  server.started();
  expect(await status()).toBe("ready");
  await server.close();
  await server.close();
});

test("a Redis that is not there keeps it neither from starting nor from being ready, nor from stopping", async () => {
  const server = await start(
    configFor({ REDIS_URL: "redis://127.0.0.1:1", SWITCHYARD_BOOTSTRAP_KEY: "key-of-a-test" }),
  );
  server.started();
  expect((await server.app.inject({ url: "/readyz" })).json().status).toBe("ready");
  const system = await server.app.inject({
    url: "/api/v1/system",
    headers: { authorization: "Bearer key-of-a-test" },
  });
  expect(system.json()).toMatchObject({ hotTier: { backend: "redis", redis: { up: false } } });
  await server.close();
});

test("two servers on one database take each other's sessions", async () => {
  const [one, two] = [await start(configFor()), await start(configFor())];
  const answer = await one.app.inject({ url: `/login?token=${await one.mintLoginToken()}` });
  const cookie = String(answer.headers["set-cookie"]).split(";", 1)[0] ?? "";
  expect((await two.app.inject({ url: "/api/v1/me", headers: { cookie } })).json()).toMatchObject({ name: "operator" });
});

test("the lines printed at the start say how to sign in, for any address, without holding a key", async () => {
  const server = { mintLoginToken: async () => "abc" };
  const lines = await welcome(configFor({ HOST: "0.0.0.0", SWITCHYARD_DATA_DIR: "/srv/my data" }), 3000, server);
  expect(lines[0]).toBe("Open http://localhost:3000/login?token=abc");
  expect(lines[1]).toContain(
    `curl -sS http://localhost:3000/api/v1/commits -H "Authorization: Bearer $(cat '/srv/my data/api-key')"`,
  );
  const behindProxy = configFor({
    SWITCHYARD_PUBLIC_URL: "https://yard.test/",
    SWITCHYARD_BOOTSTRAP_KEY: "k".repeat(20),
  });
  const [open, send] = await welcome(behindProxy, 3000, server);
  expect(open).toBe("Open https://yard.test/login?token=abc");
  expect(send).toContain('-H "Authorization: Bearer $SWITCHYARD_BOOTSTRAP_KEY"');
  expect(send).not.toContain("kkkk");
  expect((await welcome(configFor({ HOST: "::1" }), 3000, server))[0]).toBe("Open http://[::1]:3000/login?token=abc");
});
