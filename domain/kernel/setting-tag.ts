import type { Breaker } from "../agents/contract.ts";
import type { Queue } from "../execution/contract.ts";
import type { Kind } from "../rows.ts";
import { hash32 } from "./fingerprint.ts";
import type { Tx } from "./tx.ts";

/**
 * What people set of a queue, as a tag: it stays while jobs come and go, which the queue's version
 * counts.
 */
export const queueTag = (queue: Pick<Queue, "concurrency" | "capacity" | "paused" | "pauseReason">): string =>
  tagOf([queue.concurrency, queue.capacity, queue.paused, queue.pauseReason]);

/**
 * The state of a breaker and the order it is under, as a tag: it stays while calls are counted,
 * which the breaker's version counts.
 */
export const breakerTag = ({ state, override: order }: Pick<Breaker, "state" | "override">): string =>
  tagOf([state, order && [order.state, order.reason, order.by, order.at, order.expiresAt]]);

const tagOf = (settings: unknown): string => `set-${hash32(JSON.stringify(settings))}`;

/** Tags, besides its version, that a row is known by. */
export function tagsOf(tx: Tx, kind: Kind, id: string): string[] {
  const queue = kind === "queue" ? tx.get("queue", id) : undefined;
  const breaker = kind === "breaker" ? tx.get("breaker", id) : undefined;
  return [...(queue ? [queueTag(queue)] : []), ...(breaker ? [breakerTag(breaker)] : [])];
}
