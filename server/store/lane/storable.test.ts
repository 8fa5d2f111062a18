import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { parseCommit } from "../../../domain/commit/commit.ts";
import { tries } from "../../../domain/kernel/depth.test-kit.ts";
import type { Kind } from "../../../domain/rows.ts";
import { createTestDatabase, type TestDatabase } from "../../testing/database.ts";
import type { Store } from "../types.ts";
import { BY, openStore } from "./lane.test-kit.ts";
import { laneDatabase } from "./lane-database.ts";
import { loadRows } from "./load-rows.ts";

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

const numbers = fc.oneof(
  fc.constantFrom(
    0,
    -0,
    1,
    1.5,
    0.1,
    -1,
    2 ** 31 - 1,
    2 ** 31,
    -(2 ** 31),
    2 ** 53 - 1,
    2 ** 53,
    31_622_400_000,
    1e300,
    5e-324,
  ),
  fc.double({ noNaN: true }),
  fc.integer(),
);
const texts = fc.oneof(
  fc.string({ unit: "binary", maxLength: 250 }),
  fc.constantFrom("", "\u2028", "\\u0000", "'\"{}", "\ufeff", "{1,2}"),
);
const times = fc.constantFrom(
  "1970-01-01T00:00:00Z",
  "9999-12-31T23:59:59.999Z",
  "2026-03-29T02:30:00.123456+01:00",
  "0001-01-01T00:00:00Z",
);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const json = fc.jsonValue({ maxDepth: 4 });
const objects = fc.dictionary(texts, json, { maxKeys: 4 });

/** One commit that fills every column it can, with values at and beyond the limits. */
const values = fc.record({
  text: texts,
  label: texts,
  whole: numbers,
  ms: numbers,
  score: numbers,
  int: numbers,
  at: times,
  json,
  object: objects,
  tags: fc.array(texts, { maxLength: 3 }),
  reportedMs: maybe(numbers),
});

test("every value that the contracts accept is stored and read back unchanged", async () => {
  let serial = 0;
  const numRuns = tries(60);
  let accepted = 0;
  await fc.assert(
    fc.asyncProperty(values, async (v) => {
      serial += 1;
      const [runId, jobId, agentKey] = [`r${serial}`, `j${serial}`, `a${serial}`];
      const asked = [
        {
          type: "run.create",
          runId,
          workflow: "w",
          definition: v.json,
          context: v.object,
          metadata: v.object,
          tags: v.tags,
          timeoutMs: v.ms,
          initiatedBy: v.label,
        },
        { type: "run.create", runId, workflow: "w" },
        { type: "workstream.create", runId, workstreamId: `w${serial}`, title: v.label, metadata: v.object },
        { type: "workstream.create", runId, workstreamId: `w${serial}`, title: "W" },
        {
          type: "job.enqueue",
          jobId,
          runId,
          workstreamId: `w${serial}`,
          input: v.json,
          timeoutMs: v.ms,
          backoffMs: v.whole,
          priority: v.int,
          step: v.label,
        },
        { type: "job.enqueue", jobId, runId, workstreamId: `w${serial}`, runAt: v.at, step: v.text },
        { type: "job.enqueue", jobId, runId },
        { type: "job.start", jobId, agentKey, leaseMs: v.ms },
        { type: "job.start", jobId, agentKey },
        { type: "job.fail", jobId, error: v.text, exitCode: v.int, durationMs: v.reportedMs, result: v.json },
        { type: "job.fail", jobId, error: { message: "no", more: v.json }, durationMs: v.ms },
        { type: "job.fail", jobId, error: "no" },
        {
          type: "routing.record",
          decisionId: `d${serial}`,
          taskId: "t",
          taskType: v.label,
          selectedAgent: agentKey,
          agentScore: v.score,
          candidates: [{ agentKey, score: v.score, excluded: v.text }],
        },
        { type: "breaker.override", agentKey, state: "disabled", reason: v.text, expiresAt: v.at },
        { type: "event.append", eventType: "x.a", payload: v.object },
      ];
      // Each alone: what the contract refuses, or the state, is left out.
      for (const mutation of asked) {
        const parsed = parseCommit({ mutations: [mutation] });
        if ("faults" in parsed) continue;
        const done = await store
          .commit("t1", BY, parsed.commit)
          .catch((error: { errors?: { code: string }[] }) => error);
        if (!("receipt" in done)) {
          expect([mutation, done.errors?.map((fault) => fault.code)]).not.toEqual([mutation, ["not_storable"]]);
          continue;
        }
        accepted += 1;
        const kinds: Kind[] = [
          "run",
          "workstream",
          "job",
          "attempt",
          "agent",
          "breaker",
          "statistics",
          "decision",
          "outcome",
        ];
        const own: { [kind in Kind]?: string } = {
          run: runId,
          workstream: `w${serial}`,
          job: jobId,
          attempt: `${jobId}#1`,
          decision: `d${serial}`,
          outcome: `attempt:${jobId}#1`,
        };
        const refs = kinds.map((kind) => ({ kind, id: own[kind] ?? agentKey }));
        const loaded = await loadRows(laneDatabase(database.pool), "t1", refs);
        for (const { kind, row } of loaded.rows) {
          const hot = done.row(kind, row.id);
          // -0 is 0 in JSON, hence in the log.
          if (hot) expect(row).toEqual(JSON.parse(JSON.stringify(hot)));
        }
      }
    }),
    { numRuns },
  );
  expect(accepted).toBeGreaterThan(5 * numRuns);
  expect(await store.verify("t1")).toMatchObject({ valid: true });
}, 60_000);
