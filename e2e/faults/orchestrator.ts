import type { ClientMutationInput } from "../../domain/mutations.ts";
import { RUN_STATUSES, WORKSTREAM_STATUSES } from "../../domain/statuses.ts";
import type { Caller } from "./caller.ts";
import type { Random } from "./random.ts";

/** What an actor works with; `over` says that the load is to end. */
export interface Scene {
  caller: Caller;
  random: Random;
  /** The actor's name: the beginning of its keys and of all ids that it makes. */
  name: string;
  over: () => boolean;
  pause: (ms: number) => Promise<void>;
}

interface Known {
  runs: string[];
  jobs: { jobId: string; runId: string }[];
  workstreams: { workstreamId: string; runId: string }[];
}

const WEIGHTS = {
  startRun: 22,
  enqueue: 20,
  moveRun: 10,
  moveWorkstream: 10,
  context: 10,
  cancelOrRetry: 8,
  batch: 4,
  route: 5,
  refused: 4,
  repeat: 4,
  twins: 3,
};

/** Agents that jobs may be pinned to; workers of these names claim. */
export const AGENTS = ["agent-0", "agent-1", "agent-2"] as const;

/** Starts runs with jobs that depend on each other, moves them on, changes its mind, asks again: one commit each. */
export async function orchestrate(scene: Scene): Promise<void> {
  const { caller, random, name, over, pause } = scene;
  const known: Known = { runs: [], jobs: [], workstreams: [] };
  let made = 0;
  const newId = (kind: string) => `${name}-${kind}${++made}`;
  while (!over()) {
    const action = random.weighed(WEIGHTS);
    const settled = caller.ledger.sent.filter((sent) => sent.key.startsWith(`${name}-`) && sent.receipt);
    const earlier = random.pick(settled);
    if (action === "repeat" && earlier) await caller.send(earlier);
    else if (action === "twins") {
      const twin = caller.ledger.open(name, startOfRun(random, newId));
      await Promise.all([caller.send(twin), caller.send(twin)]);
    } else if (action !== "repeat") {
      await caller.commit(name, mutationsOf(action, random, newId, known));
    }
    await pause(random.int(0, 12));
  }
}

type Action = Exclude<keyof typeof WEIGHTS, "repeat" | "twins">;

/** Remembers ids as soon as they are sent: later commits may name what was never stored, and are refused then. */
function mutationsOf(
  action: Action,
  random: Random,
  newId: (kind: string) => string,
  known: Known,
): ClientMutationInput[] {
  const runId = random.pick(known.runs);
  const job = random.pick(known.jobs);
  const workstream = random.pick(known.workstreams);
  switch (action) {
    case "enqueue":
      if (runId) return remember(known, jobsOf(runId, random.int(1, 4), random, newId, null));
      break;
    case "moveRun":
      if (!runId) break;
      if (random.chance(0.2)) return [{ type: "run.retry", runId }];
      return [{ type: "run.transition", runId, to: random.pick(RUN_STATUSES) ?? "running", reason: "by chance" }];
    case "moveWorkstream":
      if (workstream) {
        return [
          {
            type: "workstream.transition",
            workstreamId: workstream.workstreamId,
            to: random.pick(WORKSTREAM_STATUSES) ?? "ready",
          },
        ];
      }
      break;
    case "context":
      if (runId) return [{ type: "event.append", eventType: "x.note", runId, payload: { n: random.int(0, 1e6) } }];
      break;
    case "cancelOrRetry":
      if (job)
        return [{ type: random.chance(0.5) ? "job.cancel" : "job.retry", jobId: job.jobId, reason: "by chance" }];
      break;
    case "batch":
      return Array.from({ length: random.int(20, 120) }, (_, n) => ({
        type: "event.append" as const,
        eventType: "x.batch",
        payload: { n },
      }));
    case "route":
      return routed(random, newId("d"), random.chance(0.3) ? runId : undefined);
    case "refused":
      // The good mutation before the bad one must leave nothing behind.
      return [
        { type: "run.create", runId: newId("never"), workflow: "never" },
        { type: "job.cancel", jobId: newId("nobody") },
      ];
    case "startRun":
      break;
  }
  return remember(known, startOfRun(random, newId));
}

function startOfRun(random: Random, newId: (kind: string) => string): ClientMutationInput[] {
  const runId = newId("r");
  const mutations: ClientMutationInput[] = [
    {
      type: "run.create",
      runId,
      workflow: "faults",
      completion: random.chance(0.5) ? "auto" : "manual",
      context: { n: random.int(0, 100) },
      ...(random.chance(0.3) && { timeoutMs: random.int(100, 1_800) }),
    },
  ];
  const workstreamId = random.chance(0.5) ? newId("w") : null;
  if (workstreamId) mutations.push({ type: "workstream.create", runId, workstreamId, title: "Work" });
  mutations.push(...jobsOf(runId, random.int(0, 5), random, newId, workstreamId));
  return mutations;
}

function jobsOf(
  runId: string,
  count: number,
  random: Random,
  newId: (kind: string) => string,
  workstreamId: string | null,
): ClientMutationInput[] {
  const ids: string[] = [];
  return Array.from({ length: count }, () => {
    const jobId = newId("j");
    const dependsOn = ids.filter(() => random.chance(0.3));
    ids.push(jobId);
    return {
      type: "job.enqueue" as const,
      jobId,
      runId,
      ...(workstreamId !== null && random.chance(0.7) && { workstreamId }),
      ...(dependsOn.length > 0 && { dependsOn }),
      ...(random.chance(0.2) && { agentKey: random.pick(AGENTS) as string }),
      ...(random.chance(0.15) && { runAt: new Date(Date.now() + random.int(0, 1_000)).toISOString() }),
      ...(random.chance(0.15) && { timeoutMs: random.int(100, 900) }),
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

function remember(known: Known, mutations: ClientMutationInput[]): ClientMutationInput[] {
  for (const mutation of mutations) {
    if (mutation.type === "run.create") known.runs.push(mutation.runId);
    if (mutation.type === "job.enqueue") known.jobs.push({ jobId: mutation.jobId, runId: mutation.runId });
    if (mutation.type === "workstream.create") {
      known.workstreams.push({ workstreamId: mutation.workstreamId, runId: mutation.runId });
    }
  }
  return mutations;
}
