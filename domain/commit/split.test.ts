import fc from "fast-check";
import { expect, test } from "vitest";
import { tries } from "../kernel/depth.test-kit.ts";
import { World } from "../kernel/tx.test-kit.ts";
import type { ClientMutationInput } from "./mutations.ts";

/** Small sets of names, so that mutations meet each other. */
const name = (prefix: string, count: number) => fc.nat(count - 1).map((index) => `${prefix}${index}`);
const [run, card, job, agent] = [name("r", 3), name("w", 3), name("j", 6), name("a", 2)];
const alert = agent.map((agentKey) => `breaker_open:${agentKey}`);
const RUN = ["running", "blocked", "completed", "failed", "cancelled"] as const;
const CARD = ["ready", "running", "review", "done", "failed"] as const;
/** A field that is always the same. */
const type = <const T>(value: T) => fc.constant(value);

const mutation: fc.Arbitrary<ClientMutationInput> = fc.oneof(
  fc.record({
    type: type("run.create"),
    runId: run,
    workflow: type("w"),
    completion: fc.constantFrom("auto" as const, "manual" as const),
  }),
  fc.record({ type: type("run.transition"), runId: run, to: fc.constantFrom(...RUN) }),
  fc.record({ type: type("run.retry"), runId: run }),
  fc.record({ type: type("workstream.create"), runId: run, workstreamId: card, title: type("W") }),
  fc.record({ type: type("workstream.update"), workstreamId: card, metadata: fc.dictionary(name("k", 2), fc.nat(3)) }),
  fc.record({ type: type("workstream.transition"), workstreamId: card, to: fc.constantFrom(...CARD) }),
  ...[1, 2, 3].map(() =>
    fc.record({
      type: type("job.enqueue"),
      jobId: job,
      runId: run,
      dependsOn: fc.uniqueArray(job, { maxLength: 2 }),
      priority: fc.nat(3),
      maxAttempts: fc.integer({ min: 1, max: 3 }),
      backoffMs: type(0),
    }),
  ),
  fc.record({ type: type("job.claim"), agentKey: agent, max: fc.integer({ min: 1, max: 3 }), leaseMs: type(1000) }),
  fc.record({ type: type("job.start"), jobId: job, agentKey: agent }),
  fc.record({ type: type("job.complete"), jobId: job, durationMs: fc.nat(9) }),
  fc.record({ type: type("job.fail"), jobId: job, error: type("no"), retryable: fc.boolean() }),
  fc.record({ type: type("job.timeout"), jobId: job }),
  fc.record({ type: type("job.cancel"), jobId: job }),
  fc.record({ type: type("job.retry"), jobId: job }),
  fc.record({
    type: type("agent.register"),
    agentKey: agent,
    breaker: type({ windowSize: 3, minimumCalls: 2, openMs: 1000 }),
  }),
  fc.record({ type: type("agent.drain"), agentKey: agent }),
  fc.record({ type: type("breaker.acquire"), agentKey: agent }),
  fc.record({ type: type("breaker.record"), agentKey: agent, success: fc.boolean() }),
  fc.record({
    type: type("breaker.override"),
    agentKey: agent,
    state: fc.constantFrom("forced_open" as const, "disabled" as const),
    reason: type("so"),
  }),
  fc.record({ type: type("breaker.reset"), agentKey: agent, reason: type("so") }),
  fc.record({
    type: type("routing.record"),
    decisionId: name("d", 3),
    taskId: type("t"),
    taskType: type("k"),
    selectedAgent: agent,
  }),
  fc.record({ type: type("routing.outcome"), decisionId: name("d", 3), success: fc.boolean() }),
  fc.record({ type: type("alert.acknowledge"), alertId: alert }),
  fc.record({ type: type("alert.unacknowledge"), alertId: alert }),
);

/**
 * All rows, without what differs by commit: versions, positions, tokens and the ids that commits
 * make up.
 */
function rowsOf(world: World): string[] {
  const own = new Set(["version", "seq", "leaseToken", "permitId"]);
  const plain = (_: string, value: unknown) => (typeof value === "string" ? value.replace(/_c\w+$/, "") : value);
  return [...world.rows.values()]
    .map(({ kind, row }) => {
      const kept = Object.entries(row).filter(([column]) => (kind === "run" ? column !== "seq" : !own.has(column)));
      return `${kind} ${JSON.stringify(Object.fromEntries(kept), plain)}`;
    })
    .sort();
}

const RUNS = { numRuns: tries(500) };

test("mutations in one commit, in several, or one by one give the same rows and the same events", () => {
  let accepted = 0;
  fc.assert(
    fc.property(
      fc.array(mutation, { minLength: 20, maxLength: 80 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 9 })),
      (asked, sizes) => {
        const single = new World();
        const legal = asked.filter((one) => single.attempt([one]).faults.length === 0);
        accepted += legal.length;
        if (legal.length === 0) return;
        const whole = new World();
        whole.commit(...legal);
        const split = new World();
        for (let from = 0; from < legal.length; ) {
          const size = sizes.next().value ?? 1;
          split.commit(...legal.slice(from, from + size));
          from += size;
        }
        const emitted = (world: World) => world.events.map(({ type, subject }) => `${type} ${subject.id}`);
        for (const other of [whole, split]) {
          expect(rowsOf(other)).toEqual(rowsOf(single));
          expect(emitted(other)).toEqual(emitted(single));
        }
      },
    ),
    RUNS,
  );
  expect(accepted).toBeGreaterThan(4 * RUNS.numRuns);
}, 60_000);
