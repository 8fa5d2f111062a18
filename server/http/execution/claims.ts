import { performance } from "node:perf_hooks";
import type { FastifyInstance } from "fastify";
import type { Registry } from "prom-client";
import { z } from "zod";
import type { ClientMutation } from "../../../domain/commit/mutations.ts";
import type { ClaimedJob } from "../../../domain/execution/answers.ts";
import { CLAIM_DEFAULTS, jobEndpoints, waitMs } from "../../../domain/execution/job/endpoints.ts";
import { runAs } from "../../database/caller.ts";
import type { Claimer } from "../../queue/claim-waiter.ts";
import { ClaimWaiters } from "../../queue/claim-waiters.ts";
import { readUpcomingJobs } from "../../store/reads/execution/jobs.ts";
import type { CommitOutcome } from "../../store/types.ts";
import { bodyOf } from "../kernel/body.ts";
import { commitFor, markReplay, parseMutation } from "../kernel/command.ts";
import { HeldOpen } from "../kernel/held-open.ts";
import { idempotencyKeyOf, type ResourceDeps, signalOf } from "../kernel/resource.ts";
import { type Call, route } from "../kernel/route.ts";

const wait = z.object({ waitMs });

/** Claims that may wait at a time. */
const WAITING = { total: 4_000, perTenant: 2_000, perPrincipal: 1_000 };

type Claim = Extract<ClientMutation, { type: "job.claim" }>;

/**
 * `POST /jobs/claim`: gives an agent up to `max` jobs. With `waitMs` an empty answer waits for a
 * suitable job, see `claim-waiters.ts`; a claim that gives nothing writes nothing to the log.
 */
export function registerClaims(app: FastifyInstance, deps: ResourceDeps & { metrics: Registry }): void {
  const { store, prisma, stopping, metrics } = deps;
  const waiting = new HeldOpen("waiting_claims", WAITING, metrics);
  const waiters = new ClaimWaiters({
    store,
    upcoming: (tenantId, limit) =>
      runAs({ tenantId, principal: "claims" }, () => readUpcomingJobs({ prisma, tenantId, now: store.now() }, limit)),
    onError: (err) => app.log.warn({ err }, "upcoming jobs could not be read"),
  });
  app.addHook("onClose", async () => waiters.close());

  const claim = async ({ request, reply }: Call<typeof jobEndpoints.claim>) => {
    const { waitMs: given, ...body } = bodyOf(request);
    const { waitMs: waits } = wait.parse({ waitMs: given });
    const commit = parseMutation({ ...CLAIM_DEFAULTS, ...body }, { type: "job.claim" });
    const { agentKey, ...wanted } = commit.mutations[0] as Claim;
    const key = idempotencyKeyOf(request);
    const answer = (outcome: CommitOutcome) => {
      markReplay(reply, outcome);
      return { jobs: jobsOf(outcome), receipt: outcome.receipt };
    };
    if (waits === 0) return answer(await commitFor(request, deps, commit, key));

    const ends = performance.now() + waits;
    const leave = waiting.enter(request);
    const signal = signalOf(reply, stopping);
    const waiter = waiters.enter(request.principal.tenantId, claimerOf(agentKey, wanted));
    try {
      for (let tries = 0; ; tries += 1) {
        waiter.beginCheck();
        const outcome = await commitFor(request, deps, commit, keyOfTry(key, tries));
        if (jobsOf(outcome).length > 0) return answer(outcome);
        if (outcome.replayed) continue;
        const registered = outcome.row("agent", agentKey)?.capabilities;
        const at = Date.parse(outcome.receipt.committedAt);
        if (!(await waiter.wait(ends - performance.now(), signal, at, registered))) return answer(outcome);
      }
    } finally {
      waiter.leave();
      leave();
    }
  };
  route(app, jobEndpoints.claim, claim, { longLived: true });
}

/**
 * A claim that waits may be committed several times. Under an Idempotency-Key each try has a key of
 * its own, in order, so that the same request again walks past the empty tries to the jobs it was
 * given.
 */
function keyOfTry(key: string | undefined, tries: number): string | undefined {
  return key === undefined || tries === 0 ? key : `${key}#${tries}`;
}

function jobsOf({ receipt }: CommitOutcome): ClaimedJob[] {
  return (receipt.results[0] as { jobs: ClaimedJob[] } | undefined)?.jobs ?? [];
}

function claimerOf(agentKey: string, { capabilities, queues }: Pick<Claim, "capabilities" | "queues">): Claimer {
  return { agentKey, capabilities: capabilities ?? [], queues: queues ?? null };
}
