import { type CommitFault, MAX_MUTATIONS } from "../../domain/commit/commit.ts";
import type { ClientMutation } from "../../domain/commit/mutations.ts";
import type { DeadLetterRetry } from "../../domain/execution/answers.ts";
import { isFinalRun } from "../../domain/kernel/statuses.ts";
import { StoreError } from "../store/errors.ts";
import { type DeadLetter, readDeadLetters, readLetters } from "../store/reads/execution/queues.ts";
import type { Scope } from "../store/reads/kernel/scope.ts";
import type { Committer, Store } from "../store/types.ts";

/**
 * Retries dead letters, many in one commit. Rows may change between the read and the commit: a
 * refused commit is planned again from the present state, and a job refused twice is left out.
 */
const MOST_AT_ONCE = MAX_MUTATIONS;

/** What a retry needs: the queue's tenant and the caller. */
export interface RetryDeps {
  store: Pick<Store, "commit">;
  /** Scope for reads at the moment of the call. */
  scope(): Scope;
  readQueue(): Promise<{ jobCounts: { failed: number; timed_out: number } } | null>;
  by: Committer;
}

interface Asked {
  /** Only these; without it, all dead letters. */
  jobIds?: readonly string[] | undefined;
  reason?: string | undefined;
}

type Skipped = DeadLetterRetry["skipped"][number];

/** Commits of one call; the rest needs another call. */
const MOST_COMMITS = 10;
const MOST_TRIES = 5;

/** Queues a queue's dead letters again, with their runs if those ended because of them. */
export async function retryDeadLetters(deps: RetryDeps, queue: string, asked: Asked): Promise<DeadLetterRetry> {
  const scope = deps.scope();
  const done: DeadLetterRetry = { retried: 0, runsRetried: 0, skipped: [], remaining: 0, receipts: [] };
  const retry = new Retry(deps, queue, asked.reason, done);
  if (asked.jobIds) {
    const jobIds = [...new Set(asked.jobIds)];
    const known = new Set((await readLetters(scope, jobIds)).map((letter) => letter.id));
    for (const jobId of jobIds)
      if (!known.has(jobId)) done.skipped.push({ jobId, code: "not_found", message: `job ${jobId} does not exist` });
    // Retrying a run takes a mutation too, so the given jobs may take two commits.
    for (let left = [...known]; left.length > 0; ) left = left.slice(await retry.commit(left));
  } else {
    let last: DeadLetter | null = null;
    for (let commits = 0; commits < MOST_COMMITS; commits += 1) {
      const letters: DeadLetter[] = await readDeadLetters(scope, queue, last, MOST_AT_ONCE);
      if (letters.length === 0) break;
      const taken = await retry.commit(letters.map((letter) => letter.id));
      last = letters[taken - 1] ?? null;
    }
  }
  const { jobCounts } = (await deps.readQueue()) ?? {};
  done.remaining = jobCounts ? jobCounts.failed + jobCounts.timed_out : 0;
  return done;
}

interface Plan {
  mutations: ClientMutation[];
  /** The job of each mutation. */
  jobs: string[];
  skipped: Skipped[];
  /** How many of the given jobs it covers. */
  taken: number;
}

class Retry {
  readonly #deps: RetryDeps;
  readonly #queue: string;
  readonly #reason: string | undefined;
  readonly #done: DeadLetterRetry;

  constructor(deps: RetryDeps, queue: string, reason: string | undefined, done: DeadLetterRetry) {
    this.#deps = deps;
    this.#queue = queue;
    this.#reason = reason;
    this.#done = done;
  }

  /** Retries as many of these as fit into one commit. Returns how many. */
  async commit(jobIds: readonly string[]): Promise<number> {
    const refused = new Set<string>();
    const left = new Map<string, Skipped>();
    for (let tries = 1; ; tries += 1) {
      const letters = await readLetters(this.#deps.scope(), jobIds);
      const plan = this.#plan(jobIds, letters, left);
      try {
        if (plan.mutations.length > 0) await this.#send(plan.mutations);
        this.#done.skipped.push(...plan.skipped);
        return plan.taken;
      } catch (error) {
        if (!(error instanceof StoreError) || error.code !== "commit_refused" || tries === MOST_TRIES) throw error;
        for (const fault of (error.errors ?? []) as CommitFault[]) {
          const jobId = plan.jobs[fault.index];
          if (jobId === undefined) continue;
          if (refused.has(jobId)) left.set(jobId, { jobId, code: fault.code, message: fault.message });
          refused.add(jobId);
        }
      }
    }
  }

  async #send(mutations: ClientMutation[]): Promise<void> {
    const { store, scope, by } = this.#deps;
    const { receipt } = await store.commit(scope().tenantId, by, { mutations });
    this.#done.receipts.push(receipt.receiptId);
    this.#done.retried += mutations.filter((mutation) => mutation.type === "job.retry").length;
    this.#done.runsRetried += mutations.filter((mutation) => mutation.type === "run.retry").length;
  }

  #plan(jobIds: readonly string[], letters: readonly DeadLetter[], left: ReadonlyMap<string, Skipped>): Plan {
    const byId = new Map(letters.map((letter) => [letter.id, letter]));
    const plan: Plan = { mutations: [], jobs: [], skipped: [], taken: 0 };
    const runs = new Set<string>();
    const reason = this.#reason === undefined ? {} : { reason: this.#reason };
    for (const jobId of jobIds) {
      const letter = byId.get(jobId);
      const skipped = left.get(jobId) ?? this.#whyNot(jobId, letter);
      if (skipped || !letter) {
        if (skipped) plan.skipped.push(skipped);
        plan.taken += 1;
        continue;
      }
      const comesBack = isFinalRun(letter.runStatus) && !runs.has(letter.runId);
      if (plan.mutations.length + (comesBack ? 2 : 1) > MOST_AT_ONCE) return plan;
      if (comesBack) {
        runs.add(letter.runId);
        plan.mutations.push({ type: "run.retry", runId: letter.runId, jobs: "none", ...reason });
        plan.jobs.push(jobId);
      }
      plan.mutations.push({ type: "job.retry", jobId, ...reason });
      plan.jobs.push(jobId);
      plan.taken += 1;
    }
    return plan;
  }

  #whyNot(jobId: string, letter: DeadLetter | undefined): Skipped | undefined {
    const why = (code: string, message: string) => ({ jobId, code, message });
    if (!letter) return why("not_found", `job ${jobId} does not exist`);
    const { status, queue, runId, runStatus } = letter;
    if (queue !== this.#queue) return why("not_in_queue", `job ${jobId} is of queue ${queue}`);
    if (status !== "failed" && status !== "timed_out") return why("not_dead", `job ${jobId} is ${status}`);
    if (!isFinalRun(runStatus) || runStatus === "failed" || runStatus === "timed_out") return undefined;
    return why("run_is_final", `run ${runId} is ${runStatus}: it does not come back for a job`);
  }
}
