import { z } from "zod";
import { id, int32, text } from "../kernel/primitives.ts";
import { must, type Tx } from "../kernel/tx.ts";
import type { Queue } from "./contract.ts";
import { NO_JOBS } from "./contract.ts";

/**
 * A queue that jobs wait in; `id` is its name. It exists from its first job, whose `job.enqueued`
 * is its only event then, or from `queue.configure`. Its figures are kept by every move of a job,
 * so a claim can hold to `concurrency` without counting.
 *
 * open ⇄ paused by `queue.configure`. A paused queue gives nothing to claims, nor does one that
 * runs as many jobs as it may; what runs goes on, and `job.start` is not held up: its caller has
 * chosen the job.
 */

export const queueConfigure = z.strictObject({
  type: z.literal("queue.configure"),
  queue: id,
  /** Null lifts the bound; what is left out stays as it is. */
  concurrency: int32.min(1).nullable().optional(),
  capacity: int32.min(0).nullable().optional(),
  paused: z.boolean().optional(),
  /** Why it is paused, or goes on. */
  reason: text.optional(),
});

/**
 * Changes a queue's settings; it comes to be when it is not there. Saying what it is already
 * changes nothing.
 */
export function configureQueue(tx: Tx, m: z.infer<typeof queueConfigure>): Queue {
  const known = tx.get("queue", m.queue);
  const was = known ?? newQueue(tx, m.queue);
  const paused = m.paused ?? was.paused;
  const next: Queue = {
    ...was,
    concurrency: m.concurrency === undefined ? was.concurrency : m.concurrency,
    capacity: m.capacity === undefined ? was.capacity : m.capacity,
    paused,
    pauseReason: paused ? (m.reason ?? was.pauseReason) : null,
    updatedAt: tx.at,
  };
  const { concurrency, capacity, pauseReason } = next;
  const subject = { kind: "queue", id: m.queue };
  const resized = !known || concurrency !== was.concurrency || capacity !== was.capacity;
  const stopped = paused && (!was.paused || pauseReason !== was.pauseReason);
  const resumed = was.paused && !paused;
  if (!resized && !stopped && !resumed) return was;
  tx.put("queue", next);
  if (resized) tx.emit({ type: "queue.configured", subject, payload: { concurrency, capacity } });
  if (stopped) tx.emit({ type: "queue.paused", subject, payload: { reason: pauseReason } });
  if (resumed) tx.emit({ type: "queue.resumed", subject, payload: { reason: m.reason ?? null } });
  return must(tx, "queue", m.queue);
}

/** A queue as its first job finds it. */
export function newQueue(tx: Tx, queue: string): Queue {
  return {
    id: queue,
    concurrency: null,
    capacity: null,
    paused: false,
    pauseReason: null,
    jobCounts: NO_JOBS,
    createdAt: tx.at,
    updatedAt: tx.at,
    version: 1,
    seq: 0,
  };
}

/** How many more of its jobs may be claimed now; 0 when it gives nothing. */
export function roomIn(queue: Pick<Queue, "paused" | "concurrency" | "jobCounts">): number {
  const { paused, concurrency, jobCounts } = queue;
  if (paused) return 0;
  return concurrency === null ? Number.POSITIVE_INFINITY : Math.max(0, concurrency - jobCounts.running);
}
