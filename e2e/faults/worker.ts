import type { ClientMutationInput } from "../../domain/commit/mutations.ts";
import type { Held, Sent } from "./ledger.ts";
import type { Scene } from "./scene.ts";

const DEEDS = { complete: 62, fail: 12, abandon: 8, beat: 10, keep: 8 };

/**
 * Claims under short leases and does with each job as chance says; `kept` are jobs that it still
 * holds when the server breaks: their results come late, to the next one.
 */
export async function work(scene: Scene & { agentKey: string }, kept: Held[]): Promise<void> {
  const { caller, random, name, over, pause } = scene;
  while (!over()) {
    const claim = await claimJobs(scene, random.int(1, 4), random.int(300, 900));
    const jobs = claim ? caller.claimed(claim) : [];
    await Promise.all(
      jobs.map(async (held) => {
        const deed = random.weighed(DEEDS);
        await pause(random.int(0, 25));
        if (deed === "abandon") return;
        if (deed === "keep") return void kept.push(held);
        if (deed === "beat") await caller.commit(name, [beatOf(held)]);
        await report(scene, held, deed === "fail" ? "failed" : "completed");
      }),
    );
    await pause(jobs.length > 0 ? random.int(0, 4) : 15);
  }
}

/** Works until nothing is left to do, without any mishap. */
export async function finish(scene: Scene & { agentKey: string }): Promise<void> {
  while (!scene.over()) {
    const claim = await claimJobs(scene, 20, 5_000);
    const jobs = claim ? scene.caller.claimed(claim) : [];
    await Promise.all(jobs.map((held) => report(scene, held, "completed")));
    if (jobs.length === 0) await scene.pause(25);
  }
}

/** Tells the end of an attempt under its lease. */
export function report({ caller, name }: Scene, held: Held, as: "completed" | "failed"): Promise<Sent> {
  const { jobId, leaseToken } = held;
  const mutation: ClientMutationInput =
    as === "completed"
      ? { type: "job.complete", jobId, leaseToken, exitCode: 0, result: { by: held.agentKey } }
      : { type: "job.fail", jobId, leaseToken, error: "by chance" };
  return caller.commit(name, [mutation], { ...held, as });
}

/**
 * By a commit, or by the call made for it, whose answer has the same receipt but no mark in the
 * log.
 */
async function claimJobs(
  { caller, random, name, agentKey }: Scene & { agentKey: string },
  max: number,
  leaseMs: number,
): Promise<Sent | null> {
  const claim: ClientMutationInput = { type: "job.claim", agentKey, max, leaseMs };
  if (random.chance(0.7)) return await caller.commit(name, [claim]);
  const answer = await caller.call("/jobs/claim", { agentKey, max, leaseMs, waitMs: random.int(0, 100) });
  if (answer?.status !== 200) return null;
  const { receipt } = answer.body as { receipt: Sent["receipt"] };
  return {
    key: "",
    mutations: [claim],
    standing: "acknowledged",
    unheard: 0,
    answers: [],
    receipt,
    refusal: null,
    ends: null,
  };
}

function beatOf({ jobId, leaseToken }: Held): ClientMutationInput {
  return { type: "job.heartbeat", jobId, leaseToken, progress: { percent: 50 } };
}
