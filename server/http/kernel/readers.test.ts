import type { AddressInfo } from "node:net";
import pg from "pg";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { createClock } from "../../clock/index.ts";
import { prepareSession } from "../../database/session.ts";
import { laneDatabase } from "../../store/lane/lane-database.ts";
import { eventually } from "../../testing/eventually.ts";
import { mintApiKey } from "../auth/api-keys.ts";
import { type Api, fresh, openApi } from "./resource.test-kit.ts";

/** More than wait for one key. */
const CROWD = 260;
let api: Api;
let origin: string;
let viewer: string;
let locker: pg.Client;
const crowds: AbortController[] = [];

beforeAll(async () => {
  api = await openApi();
  await api.t.app.listen({ port: 0, host: "127.0.0.1" });
  origin = `http://127.0.0.1:${(api.t.app.server.address() as AddressInfo).port}`;
  const key = await mintApiKey(api.t.deps.prisma, { tenantId: "other", name: "looker", role: "viewer" });
  viewer = key.secret;
  locker = new pg.Client({ connectionString: api.t.database.url });
  await locker.connect();
  await prepareSession(locker, api.t.database.url);
});
afterAll(async () => {
  await locker.end();
  api.t.app.server.closeAllConnections();
  await api.close();
});
afterEach(async () => {
  for (const crowd of crowds.splice(0)) crowd.abort();
  await locker.query("ROLLBACK");
  await eventually(async () => expect(await held()).toBe(0));
});

/** Statements that wait for the lock which the test holds. */
async function held(): Promise<number | undefined> {
  const { rows } = await locker.query<{ n: number }>(
    "SELECT count(*)::int AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()",
  );
  return rows[0]?.n;
}

const ask = (path: string, signal: AbortSignal | null = null, key = viewer) =>
  fetch(`${origin}/api/v1${path}`, { headers: { authorization: `Bearer ${key}` }, signal });

/**
 * Makes reads of a path hang, and has a crowd of one viewer ask for it; answers what comes of each.
 */
async function crowd(path: string, table: string, size = CROWD) {
  await locker.query(`BEGIN; LOCK TABLE "${table}" IN ACCESS EXCLUSIVE MODE`);
  const hangUp = new AbortController();
  crowds.push(hangUp);
  const refused: Response[] = [];
  const asked = Array.from({ length: size }, () =>
    ask(path, hangUp.signal)
      .then((answer) => void refused.push(answer))
      .catch(() => {}),
  );
  await eventually(async () => expect(await held()).toBeGreaterThan(0));
  return { hangUp: () => hangUp.abort(), all: Promise.all(asked), refused };
}

test.each([
  ["by Prisma", "/deliveries", "Delivery"],
  ["in SQL", "/leaderboard", "Statistics"],
])("while reads %s of a viewer hang, commits, keys, the clock and other readers go on", async (_, path, table) => {
  await crowd(path, table);
  const runId = fresh("hurried");
  await api.me.commit({ type: "run.create", runId, workflow: "w", timeoutMs: 1 });
  const key = await mintApiKey(api.t.database.prisma, { tenantId: "default", name: fresh("key") });
  expect((await ask(`/runs/${runId}`, null, key.secret)).status).toBe(200);
  expect((await ask("/approvals", null, api.stranger.secret)).status).toBe(200);

  const queries = laneDatabase(api.t.database.pool);
  const clock = createClock({ store: api.t.deps.store, queries, log: { info() {}, warn() {} } });
  clock.start();
  await eventually(async () => expect((await api.me.get(`/runs/${runId}`)).body.status).toBe("failed"));
  await clock.close();
});

test("a caller with more requests than may wait is asked to come back", async () => {
  const { refused } = await crowd("/deliveries", "Delivery");
  await eventually(() => expect(refused.length).toBeGreaterThan(0));
  const [answer] = refused;
  expect(answer?.status).toBe(429);
  expect(answer?.headers.get("retry-after")).toMatch(/^\d+$/);
  expect(answer?.headers.get("content-type")).toContain("application/problem+json");
  expect(await answer?.json()).toMatchObject({ code: "too_many_reads", status: 429 });
});

test("reads whose caller has hung up are cancelled, and those that waited are not begun", async () => {
  const { hangUp, all } = await crowd("/deliveries", "Delivery", 50);
  hangUp();
  await all;
  await eventually(async () => expect(await held()).toBe(0));
  await locker.query("ROLLBACK");
  expect((await ask("/deliveries")).status).toBe(200);
  expect(api.t.logged.filter(({ level }) => level === 50)).toEqual([]);
});

test("a read that takes too long is ended and says so", async () => {
  const { refused } = await crowd("/deliveries", "Delivery", 1);
  await eventually(() => expect(refused).toHaveLength(1));
  expect(refused[0]?.status).toBe(503);
  expect(await refused[0]?.json()).toMatchObject({ code: "read_took_too_long" });
});

test("the same long read is done once for all who ask at a time, and given up when they have gone", async () => {
  await api.stranger.commit({ type: "run.create", runId: fresh("r"), workflow: "w" });
  const { hangUp, all } = await crowd("/receipts/verify", "Receipt", 20);
  expect(await held()).toBe(1);
  hangUp();
  await all;
  await eventually(async () => expect(await held()).toBe(0));
  await locker.query("ROLLBACK");
  const answers = await Promise.all([1, 2, 3].map(() => ask("/receipts/verify")));
  for (const answer of answers) expect(await answer.json()).toMatchObject({ valid: true });
});
