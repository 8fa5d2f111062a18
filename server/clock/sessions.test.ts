import { afterEach, beforeEach, expect, test } from "vitest";
import type { ClientMutationInput } from "../../domain/commit/mutations.ts";
import { commit as commitTo, openStore } from "../store/lane/lane.test-kit.ts";
import { laneDatabase } from "../store/lane/lane-database.ts";
import type { LeaderLoop } from "../store/leader-loop.ts";
import type { Store } from "../store/types.ts";
import { givenTenants } from "../testing/given.ts";
import { createClock } from "./index.ts";

const given = givenTenants();
let store: Store;
const clocks: LeaderLoop[] = [];
const warnings: string[] = [];

beforeEach(async () => {
  store = await openStore(given.database, given.tenant);
});
afterEach(async () => {
  for (const clock of clocks.splice(0)) await clock.close();
  await store.close();
  expect(warnings.splice(0)).toEqual([]);
});

function startClock(sessionRetentionMs: number): void {
  const log = {
    info: () => {},
    warn: (facts: object, message: string) => void warnings.push(`${message} ${JSON.stringify(facts)}`),
  };
  const clock = createClock({
    store,
    queries: laneDatabase(given.database.pool),
    log,
    sessionRetentionMs,
    everyMs: 20,
  });
  clocks.push(clock);
  clock.start();
}

const commit = (...mutations: ClientMutationInput[]) => commitTo(store, mutations, {}, given.tenant);
const events = (type: string) =>
  store.readEvents(given.tenant, { after: 0, limit: 1000 }).then((all) => all.filter((event) => event.type === type));
const session = (id: string) =>
  given.database.prisma.session.findFirstOrThrow({ where: { tenantId: given.tenant, id } });
const approval = (id: string) =>
  given.database.prisma.approval.findFirstOrThrow({ where: { tenantId: given.tenant, id } });
const patiently = { timeout: 15_000, interval: 20 };

test("sessions idle for the retention expire by themselves, ended ones stay as they are", async () => {
  await commit(
    { type: "session.create", sessionId: "idle", agentRole: "coder" },
    { type: "session.create", sessionId: "busy", agentRole: "coder" },
    { type: "session.transition", sessionId: "busy", to: "active" },
    { type: "session.create", sessionId: "done", agentRole: "coder" },
    { type: "session.transition", sessionId: "done", to: "active" },
    { type: "session.transition", sessionId: "done", to: "completed" },
  );
  startClock(300);
  await expect.poll(async () => (await session("idle")).status, patiently).toBe("expired");
  await expect.poll(async () => (await session("busy")).status, patiently).toBe("expired");
  expect((await session("done")).status).toBe("completed");
  const { startedAt, finishedAt } = await session("idle");
  expect([startedAt, finishedAt]).toEqual([null, expect.any(Date)]);
  const moved = (await events("session.transitioned")).filter((event) => event.actor === "system:clock");
  expect(moved.map((event) => [event.subject.id, event.payload.from, event.payload.to]).sort()).toEqual([
    ["busy", "active", "expired"],
    ["idle", "pending", "expired"],
  ]);
});

test("only updates count: an updated session outlives one that is not", async () => {
  const create = (sessionId: string): ClientMutationInput => ({ type: "session.create", sessionId, agentRole: "r" });
  await commit(create("left"), create("kept"));
  startClock(2_000);
  for (let n = 0; (await session("left")).status === "pending"; n += 1) {
    await commit({ type: "session.update", sessionId: "kept", metadata: { n } });
  }
  expect((await session("kept")).status).toBe("pending");
});

test("an approval expires at its time, whatever is decided after; one decided before stays decided", async () => {
  startClock(60_000);
  const expiresAt = new Date(Date.now() + 1500).toISOString();
  await commit(
    { type: "approval.request", approvalId: "late", title: "T", expiresAt },
    { type: "approval.request", approvalId: "in-time", title: "T", expiresAt },
    { type: "approval.request", approvalId: "never", title: "T" },
    { type: "approval.approve", approvalId: "in-time" },
  );
  await expect.poll(async () => (await approval("late")).status, patiently).toBe("expired");
  expect((await approval("in-time")).status).toBe("approved");
  expect((await approval("never")).status).toBe("pending");
  await expect(commit({ type: "approval.approve", approvalId: "late" })).rejects.toMatchObject({
    code: "commit_refused",
    errors: [{ code: "illegal_transition", legal: [] }],
  });
  const [expired, ...more] = await events("approval.expired");
  expect(more).toEqual([]);
  expect(expired).toMatchObject({ actor: "system:clock", subject: { kind: "approval", id: "late" } });
  expect(Date.parse(expired?.at ?? "")).toBeGreaterThanOrEqual(Date.parse(expiresAt));
});
