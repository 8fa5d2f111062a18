import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { ClientMutationInput } from "../../../domain/commit/mutations.ts";
import { createDatabase } from "../../database/client.ts";
import { createTestDatabase, type TestDatabase } from "../../testing/database.ts";
import { commit, openStore } from "../lane/lane.test-kit.ts";
import type { Committed, Store } from "../types.ts";
import { openRetention, openTrim } from "./retention.test-kit.ts";

let database: TestDatabase;
let tenants = 0;
let tenant = "";
const open: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(() => {
  tenants += 1;
  tenant = `t${tenants}`;
});
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.close();
});

/** A server that reads the log only when it must. */
async function node(): Promise<Store> {
  const own = createDatabase(database.url, { max: 4 });
  const store = await openStore(own, tenant, { pollMs: 3_600_000 });
  open.push(own, store);
  return store;
}

const ask = (store: Store, ...mutations: ClientMutationInput[]) => commit(store, mutations, {}, tenant);
const note: ClientMutationInput = { type: "event.append", eventType: "x.note" };
const RUN: ClientMutationInput = { type: "run.create", runId: "r", workflow: "w" };
const enqueue = (jobId: string): ClientMutationInput => ({ type: "job.enqueue", jobId, runId: "r" });
const trim = (store: Store) => openRetention(database, store).trim(tenant);

/** Collects what a follower of the store receives, gaps included. */
function listen(store: Store): Committed[] {
  const received: Committed[] = [];
  const stop = store.onCommitted((committed) => {
    if (committed.tenantId === tenant) received.push(committed);
  });
  open.push({ close: async () => stop() });
  return received;
}

test("a server that slept while the log was trimmed past its position drops its rows before it applies anything", async () => {
  const [awake, asleep] = [await node(), await node()];
  await ask(asleep, RUN, enqueue("j1"));
  // From here on the sleeping server's memory is out of date, and the receipts that would show it
  // are gone.
  await ask(awake, { type: "run.transition", runId: "r", to: "cancelled" });
  await trim(awake);
  await trim(awake);
  expect(await database.prisma.receipt.count({ where: { tenantId: tenant } })).toBe(1);

  await expect(ask(asleep, enqueue("j2"))).rejects.toMatchObject({ errors: [{ code: "run_is_final" }] });
  await ask(asleep, { type: "run.retry", runId: "r" });
  await ask(asleep, enqueue("j2"));
  const run = await database.prisma.run.findFirstOrThrow({ where: { tenantId: tenant, id: "r" } });
  expect(run.jobCounts).toMatchObject({ queued: 2, cancelled: 0 });
  expect(await asleep.read(tenant, "run", "r")).toMatchObject({ row: { status: run.status, version: run.version } });
  expect(await asleep.verify(tenant)).toMatchObject({ valid: true });
});

test("a read on such a server is never older than what was trimmed", async () => {
  const [awake, asleep] = [await node(), await node()];
  await ask(asleep, RUN);
  await asleep.read(tenant, "run", "r");
  const { receipt } = await ask(awake, { type: "run.transition", runId: "r", to: "running" });
  await trim(awake);
  expect(await asleep.read(tenant, "run", "r", receipt.lastSeq)).toMatchObject({ row: { status: "running" } });
  expect(await asleep.read(tenant, "run", "r")).toMatchObject({ row: { status: "running" } });
});

test("its followers get a range that does not adjoin the last: what they miss is gone", async () => {
  const [awake, asleep] = [await node(), await node()];
  await ask(asleep, note);
  const received = listen(asleep);
  await ask(awake, note, note, note);
  await trim(awake);
  await ask(awake, note);
  const { head, floor } = await awake.head(tenant);
  expect(floor).toBe(4);
  const unwatch = asleep.watch(tenant);
  await expect.poll(() => received.at(-1)?.to, { timeout: 10_000 }).toBe(head);
  expect(received.flatMap(({ events }) => events.map(({ seq }) => seq))).toEqual([floor + 1, head]);
  expect(received[0]?.from).toBe(floor + 1);
  await ask(asleep, note);
  await expect.poll(() => received.at(-1), { timeout: 10_000 }).toMatchObject({ from: head + 1, to: head + 1 });
  unwatch();
});

test("its followers get an empty range when nothing of what they missed is left", async () => {
  const [awake, asleep] = [await node(), await node()];
  await ask(asleep, note);
  const received = listen(asleep);
  await ask(awake, note, note);
  // Between two steps the whole log is below the floor.
  const steps = openTrim(database, awake, tenant);
  const segment = await steps.prepare(3);
  if (segment) await steps.raise(segment);
  expect(await awake.head(tenant)).toMatchObject({ head: 3, floor: 3 });
  await asleep.watch(tenant)();
  await expect.poll(() => received, { timeout: 10_000 }).toMatchObject([{ from: 4, to: 3, events: [] }]);
  await steps.record();
  await steps.remove();
  await ask(asleep, note);
  await expect.poll(() => received.at(-1)?.to, { timeout: 10_000 }).toBe(5);
  expect(received.slice(1).flatMap(({ events }) => events.map(({ seq }) => seq))).toEqual([4, 5]);
});

test("the floor rises while both servers commit: both keep going, and the log stays gapless", async () => {
  const [a, b] = [await node(), await node()];
  await ask(a, RUN);
  let over = false;
  let trims = 0;
  const trimming = (async () => {
    for (; !over; trims += 1) await trim(a);
  })();
  const work = [a, b].map(async (store, which) => {
    for (let n = 0; n < 40; n += 1) await ask(store, enqueue(`j${which}-${n}`), note);
  });
  await Promise.all(work);
  over = true;
  await trimming;
  expect(trims).toBeGreaterThan(2);
  const { head, floor } = await a.head(tenant);
  const kept = await a.readEvents(tenant, { after: floor, limit: 10_000 });
  expect(kept.map(({ seq }) => seq)).toEqual(Array.from({ length: head - floor }, (_, at) => floor + 1 + at));
  expect(await b.verify(tenant)).toMatchObject({ valid: true, from: floor + 1 });
  const run = await database.prisma.run.findFirstOrThrow({ where: { tenantId: tenant, id: "r" } });
  expect(run.jobCounts).toMatchObject({ queued: 80 });
});
