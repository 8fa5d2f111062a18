import type { ClientMutationInput } from "../../domain/commit/mutations.ts";
import { RUN_STATUSES, WORKSTREAM_STATUSES } from "../../domain/kernel/statuses.ts";
import type { Random } from "./random.ts";
import { AGENTS, ids, type Known, QUEUES, type Scene } from "./scene.ts";

const WEIGHTS = {
  startRun: 22,
  enqueue: 20,
  moveRun: 10,
  moveWorkstream: 10,
  cancelOrRetry: 8,
  batch: 4,
  route: 5,
  queue: 5,
  refused: 4,
  repeat: 4,
  twins: 3,
};

type NewId = (kind: string) => string;

/**
 * Starts runs with jobs that depend on each other, moves them on, changes its mind, asks again: one
 * commit each.
 */
export async function orchestrate(scene: Scene): Promise<void> {
  const { caller, random, name, over, pause, known } = scene;
  const newId = ids(name);
  while (!over()) {
    const deed = random.weighed(WEIGHTS);
    const settled = caller.ledger.sent.filter((sent) => sent.key.startsWith(`${name}-`) && sent.receipt);
    const earlier = random.pick(settled);
    if (deed === "repeat" && earlier) await caller.send(earlier);
    else if (deed === "twins") {
      const twin = caller.ledger.open(name, startOfRun(random, newId));
      await Promise.all([caller.send(twin), caller.send(twin)]);
    } else if (deed !== "repeat") {
      const mutations = mutationsOf(deed, random, newId, known);
      remember(known, mutations);
      await caller.commit(name, mutations);
    }
    await pause(random.int(0, 12));
  }
}

type Deed = Exclude<keyof typeof WEIGHTS, "repeat" | "twins">;

/** What a deed asks for; a deed that has nothing to be done to yet starts a run. */
function mutationsOf(deed: Deed, random: Random, newId: NewId, known: Known): ClientMutationInput[] {
  const runId = random.pick(known.runs);
  const jobId = random.pick(known.jobs);
  const workstreamId = random.pick(known.workstreams);
  switch (deed) {
    case "enqueue":
      return runId ? jobsOf(runId, random.int(1, 4), random, newId, null) : startOfRun(random, newId);
    case "moveRun": {
      if (!runId) return startOfRun(random, newId);
      if (random.chance(0.2)) return [{ type: "run.retry", runId }];
      return [{ type: "run.transition", runId, to: random.pick(RUN_STATUSES) ?? "running", reason: "by chance" }];
    }
    case "moveWorkstream": {
      if (!workstreamId) return startOfRun(random, newId);
      return [{ type: "workstream.transition", workstreamId, to: random.pick(WORKSTREAM_STATUSES) ?? "ready" }];
    }
    case "cancelOrRetry":
      if (!jobId) return startOfRun(random, newId);
      return [{ type: random.chance(0.5) ? "job.cancel" : "job.retry", jobId, reason: "by chance" }];
    case "batch":
      return Array.from({ length: random.int(20, 120) }, (_, n) => ({
        type: "event.append" as const,
        eventType: "x.batch",
        payload: { n },
      }));
    case "route":
      return routed(random, newId("d"), random.chance(0.3) ? runId : undefined);
    case "queue": {
      const queue = random.pick(QUEUES) as string;
      const concurrency = random.chance(0.5) ? random.int(1, 4) : null;
      return [{ type: "queue.configure", queue, concurrency, paused: random.chance(0.2) }];
    }
    case "refused":
      // The good mutation before the bad one must leave nothing behind.
      return [
        { type: "run.create", runId: newId("never"), workflow: "never" },
        { type: "job.cancel", jobId: newId("nobody") },
      ];
    case "startRun":
      return startOfRun(random, newId);
  }
}

function startOfRun(random: Random, newId: NewId): ClientMutationInput[] {
  const runId = newId("r");
  const workstreamId = random.chance(0.5) ? newId("w") : null;
  return [
    {
      type: "run.create",
      runId,
      workflow: "faults",
      completion: random.chance(0.5) ? "auto" : "manual",
      context: { n: random.int(0, 100) },
      ...(random.chance(0.3) && { timeoutMs: random.int(100, 1_800) }),
    },
    ...(workstreamId ? [{ type: "workstream.create" as const, runId, workstreamId, title: "Work" }] : []),
    ...jobsOf(runId, random.int(0, 5), random, newId, workstreamId),
  ];
}

function jobsOf(
  runId: string,
  count: number,
  random: Random,
  newId: NewId,
  workstreamId: string | null,
): ClientMutationInput[] {
  const made: string[] = [];
  return Array.from({ length: count }, () => {
    const jobId = newId("j");
    const dependsOn = made.filter(() => random.chance(0.3));
    made.push(jobId);
    return {
      type: "job.enqueue" as const,
      jobId,
      runId,
      queue: random.pick(QUEUES) as string,
      ...(workstreamId !== null && random.chance(0.7) && { workstreamId }),
      ...(dependsOn.length > 0 && { dependsOn }),
      ...(random.chance(0.2) && { agentKey: random.pick(AGENTS) as string }),
      ...(random.chance(0.15) && { runAt: new Date(Date.now() + random.int(0, 1_000)).toISOString() }),
      ...(random.chance(0.15) && { timeoutMs: random.int(100, 900) }),
      ...(random.chance(0.1) && { approval: { title: "Go on?" } }),
      ...(random.chance(0.1) && { escalate: { agentKey: random.pick(AGENTS) as string } }),
      ...(random.chance(0.05) && { escalate: { approval: { title: "Once more?" } } }),
      priority: random.int(0, 3),
      maxAttempts: random.int(1, 3),
      backoffMs: random.int(0, 150),
    };
  });
}

function routed(random: Random, decisionId: string, runId: string | undefined): ClientMutationInput[] {
  const selectedAgent = random.pick(AGENTS) as string;
  return [
    {
      type: "routing.record",
      decisionId,
      taskId: decisionId,
      taskType: "code",
      selectedAgent,
      ...(runId && { runId }),
    },
    { type: "routing.outcome", decisionId, success: random.chance(0.7), durationMs: random.int(1, 500) },
  ];
}

function remember(known: Known, mutations: readonly ClientMutationInput[]): void {
  for (const mutation of mutations) {
    // What the server has to name is known to the log alone.
    if (mutation.type === "run.create" && mutation.workflow !== "never" && mutation.runId)
      known.runs.push(mutation.runId);
    if (mutation.type === "job.enqueue" && mutation.jobId) known.jobs.push(mutation.jobId);
    if (mutation.type === "workstream.create" && mutation.workstreamId) known.workstreams.push(mutation.workstreamId);
  }
}
