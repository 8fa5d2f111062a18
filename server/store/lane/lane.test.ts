import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../testing/database.ts";
import type { Store } from "../types.ts";
import { commit, follow, openStore } from "./lane.test-kit.ts";

let database: TestDatabase;
let store: Store;

beforeAll(async () => {
  database = await createTestDatabase();
  store = await openStore(database);
});

afterAll(async () => {
  await store.close();
  await database.drop();
});

describe("the lane", () => {
  test("a commit is one gapless range of the log with a receipt, and its rows are stored", async () => {
    const { seen, stop } = follow(store);
    const first = await commit(store, [
      { type: "run.create", runId: "r1", workflow: "build" },
      { type: "workstream.create", runId: "r1", workstreamId: "w1", title: "Types" },
      { type: "job.enqueue", jobId: "j1", runId: "r1", workstreamId: "w1", tool: "shell" },
    ]);
    expect(first.receipt).toMatchObject({
      firstSeq: 1,
      tenantId: "t1",
      mutations: ["run.create", "workstream.create", "job.enqueue"],
    });
    const second = await commit(store, [{ type: "job.claim", agentKey: "a1", max: 5, leaseMs: 30_000 }]);
    expect(second.receipt.firstSeq).toBe(first.receipt.lastSeq + 1);
    expect(second.receipt.prevHash).toBe(first.receipt.hash);
    const [{ jobs }] = second.receipt.results as [{ jobs: { jobId: string; attempt: number; leaseToken: string }[] }];
    expect(jobs).toMatchObject([{ jobId: "j1", attempt: 1 }]);
    const done = await commit(store, [
      { type: "job.complete", jobId: "j1", leaseToken: jobs[0]?.leaseToken, exitCode: 0, durationMs: 12 },
    ]);
    expect(done.row("job", "j1")).toMatchObject({ status: "completed", exitCode: 0 });
    expect(done.row("run", "r1")).toMatchObject({ status: "running", jobCounts: { completed: 1, running: 0 } });
    expect(seen.events.map((event) => event.seq)).toEqual(seen.events.map((_, index) => index + 1));
    expect(seen.events.map((event) => event.type)).toContain("job.completed");
    expect(JSON.stringify(seen.events)).not.toContain(jobs[0]?.leaseToken);
    expect(await store.readEvents("t1", { after: 0, limit: 1000 })).toEqual(JSON.parse(JSON.stringify(seen.events)));
    expect(await store.verify("t1")).toEqual({ valid: true, from: 1, checked: 3 });
    const stored = await database.prisma.job.findMany({ where: { tenantId: "t1" } });
    expect(stored).toMatchObject([{ id: "j1", status: "completed", attempt: 1 }]);
    stop();
  });

  test("a commit with one bad mutation among ten changes nothing and reports every error", async () => {
    const before = await store.head("t1");
    const good = Array.from({ length: 8 }, (_, index) => ({
      type: "run.create" as const,
      runId: `bad-${index}`,
      workflow: "w",
    }));
    const bad = commit(store, [
      ...good,
      { type: "run.transition", runId: "nope", to: "running" },
      { type: "job.enqueue", jobId: "x", runId: "also-nope" },
    ]);
    await expect(bad).rejects.toMatchObject({
      code: "commit_refused",
      errors: [
        { index: 8, code: "not_found" },
        { index: 9, code: "not_found" },
      ],
    });
    expect(await store.head("t1")).toEqual(before);
    expect(await database.prisma.run.count({ where: { tenantId: "t1", id: { startsWith: "bad-" } } })).toBe(0);
  });

  test("the same Idempotency-Key from 20 racing clients yields one receipt", async () => {
    const options = { idempotencyKey: "k1", fingerprint: "f1" };
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, () => commit(store, [{ type: "run.create", runId: "once", workflow: "w" }], options)),
    );
    expect(new Set(outcomes.map((outcome) => outcome.receipt.receiptId)).size).toBe(1);
    expect(outcomes.filter((outcome) => !outcome.replayed)).toHaveLength(1);
    await expect(
      commit(store, [{ type: "run.create", runId: "once", workflow: "w" }], { ...options, fingerprint: "f2" }),
    ).rejects.toMatchObject({
      code: "idempotency_mismatch",
    });
  });

  test("a new id that exists already is refused, though the lane has never seen it", async () => {
    await commit(store, [{ type: "run.create", runId: "known", workflow: "w" }]);
    const other = await openStore(database);
    await expect(commit(other, [{ type: "run.create", runId: "known", workflow: "w" }])).rejects.toMatchObject({
      code: "commit_refused",
      errors: [{ code: "already_exists" }],
    });
    await other.close();
  });
});
