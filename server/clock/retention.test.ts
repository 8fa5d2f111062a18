import { afterEach, beforeEach, expect, test } from "vitest";
import { commit as commitTo, openStore } from "../store/lane/lane.test-kit.ts";
import { laneDatabase } from "../store/lane/lane-database.ts";
import type { LeaderLoop } from "../store/leader-loop.ts";
import { openRetention } from "../store/maintenance/retention.test-kit.ts";
import type { Retention } from "../store/maintenance/retention.ts";
import type { Store } from "../store/types.ts";
import { givenTenants } from "../testing/given.ts";
import { createRetentionLoop } from "./retention.ts";

const given = givenTenants();
let store: Store;
const loops: LeaderLoop[] = [];
const warnings: object[] = [];
const patiently = { timeout: 15_000, interval: 20 };

beforeEach(async () => {
  store = await openStore(given.database, given.tenant);
});
afterEach(async () => {
  for (const loop of loops.splice(0)) await loop.close();
  await store.close();
  warnings.length = 0;
});

function startLoop(retention: Retention = openRetention(given.database, store)): LeaderLoop {
  const log = { warn: (facts: object, message: string) => void warnings.push({ ...facts, message }) };
  const queries = laneDatabase(given.database.pool);
  const loop = createRetentionLoop({ retention, queries, log, everyMs: 20 });
  loops.push(loop);
  loop.start();
  return loop;
}

const fill = async (tenantId = given.tenant) => {
  for (let n = 0; n < 3; n += 1) {
    await commitTo(store, [{ type: "event.append", eventType: "x.note", payload: { n } }], {}, tenantId);
  }
};
const floorOf = async (tenantId = given.tenant) => (await store.head(tenantId)).floor;

test("old events are removed by themselves, in every tenant's log, and expired keys with them", async () => {
  const other = await openStore(given.database, `${given.tenant}-other`);
  await fill();
  await fill(`${given.tenant}-other`);
  await given.database.prisma.idempotencyKey.create({
    data: { tenantId: given.tenant, principal: "p", key: "k", fingerprint: "f", receipt: {}, expiresAt: new Date(0) },
  });
  startLoop();
  await expect.poll(() => floorOf(), patiently).toBeGreaterThanOrEqual(3);
  await expect.poll(() => floorOf(`${given.tenant}-other`), patiently).toBeGreaterThanOrEqual(3);
  await expect
    .poll(() => given.database.prisma.idempotencyKey.count({ where: { tenantId: given.tenant, key: "k" } }), patiently)
    .toBe(0);
  expect(warnings).toEqual([]);
  await other.close();
});

test("one of two nodes works at a time, and the other takes over when it stops", async () => {
  const asked: string[] = [];
  const named = (name: string): Retention => {
    const retention = openRetention(given.database, store);
    return {
      ...retention,
      trimmable: () => {
        asked.push(name);
        return retention.trimmable();
      },
    };
  };
  const first = startLoop(named("first"));
  await fill();
  await expect.poll(() => floorOf(), patiently).toBeGreaterThanOrEqual(3);
  const rounds = asked.length;
  startLoop(named("second"));
  await expect.poll(() => asked.length, patiently).toBeGreaterThan(rounds + 3);
  expect(new Set(asked)).toEqual(new Set(["first"]));
  await first.close();
  asked.length = 0;
  await expect.poll(() => asked.length, patiently).toBeGreaterThan(1);
  expect(new Set(asked)).toEqual(new Set(["second"]));
});

test("one tenant's failure is logged and does not stop the others", async () => {
  const later = `${given.tenant}-z`;
  const other = await openStore(given.database, later);
  await fill();
  await fill(later);
  const retention = openRetention(given.database, store);
  startLoop({
    ...retention,
    trim: (tenantId, options) =>
      tenantId === given.tenant ? Promise.reject(new Error("no space left")) : retention.trim(tenantId, options),
  });
  await expect.poll(() => floorOf(later), patiently).toBeGreaterThanOrEqual(3);
  expect(await floorOf()).toBe(0);
  expect(warnings).toContainEqual(expect.objectContaining({ tenantId: given.tenant }));
  await other.close();
});

test("a stopping server does not wait for a long log: it stops between two pieces, and the rest is removed later", async () => {
  for (let n = 0; n < 10; n += 1) await fill();
  let begun = 0;
  const retention = openRetention(given.database, store, { segmentEvents: 2, pauseMs: 5 });
  const trimming: Retention = {
    ...retention,
    trim: (tenantId, options) => {
      begun += 1;
      return retention.trim(tenantId, options);
    },
  };
  const loop = startLoop(trimming);
  await expect.poll(() => begun, patiently).toBeGreaterThan(0);
  await loop.close();
  expect(await given.database.prisma.lease.count()).toBe(0);
  expect(await store.verify(given.tenant)).toMatchObject({ valid: true });
  await openRetention(given.database, store).trim(given.tenant);
  expect(await store.verify(given.tenant)).toMatchObject({ valid: true, from: (await floorOf()) + 1 });
});
