import type { Mutation } from "../../../domain/commit/mutations.ts";
import type { Job } from "../../../domain/execution/contract.ts";
import type { RowBase } from "../../../domain/kernel/row.ts";
import type { Tx } from "../../../domain/kernel/tx.ts";
import { toWire } from "../../../domain/kernel/wire.ts";
import type { Kind } from "../../../domain/rows.ts";

/** A job as its claimer gets it: the row and the attempt's token. */
export const claimedWire = (job: Readonly<Job>) => ({ ...toWire("job", job), leaseToken: job.leaseToken });

const KIND_OF_NOUN: { readonly [noun: string]: Kind } = {
  run: "run",
  context: "run",
  token: "run",
  scope: "run",
  step: "run",
  metadata: "run",
  workstream: "workstream",
  job: "job",
  queue: "queue",
  agent: "agent",
  breaker: "breaker",
  routing: "decision",
  alert: "alert",
  channel: "channel",
  delivery: "delivery",
  session: "session",
  task: "task",
  approval: "approval",
};

/**
 * A mutation's result in the receipt: the row's id and version; claimed and started jobs with
 * `attempt` and `leaseToken`; the duration of a heartbeat's lease; the permit of `breaker.acquire`.
 * Called when the whole commit has been applied, so that versions are final.
 */
export function resultOf(tx: Tx, mutation: Mutation, yielded: unknown): unknown {
  switch (mutation.type) {
    case "job.claim":
      return { jobs: (yielded as { jobs: Job[] }).jobs.map((job) => claimedWire(tx.get("job", job.id) ?? job)) };
    case "job.start": {
      const { id, version, attempt, leaseToken, leaseExpiresAt } = yielded as Job;
      return { id, version, attempt, leaseToken, leaseExpiresAt };
    }
    case "job.heartbeat": {
      // Remaining time by the server's clock: the holder can stop in time without trusting its own.
      const { id, leaseExpiresAt } = yielded as Job;
      return { id, version: tx.get("job", id)?.version ?? (yielded as Job).version, leaseExpiresAt };
    }
    case "breaker.acquire":
    case "event.append":
    case "log.trim":
    case "maintenance.clean":
      return yielded;
    default: {
      const { id, version } = yielded as RowBase;
      const kind = KIND_OF_NOUN[mutation.type.split(".")[0] ?? ""];
      return { id, version: (kind && tx.get(kind, id)?.version) ?? version };
    }
  }
}
