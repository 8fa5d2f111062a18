import { queueEndpoints } from "../../domain/execution/endpoints.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
import { queueTag } from "../../domain/kernel/setting-tag.ts";
import { api } from "../live/api.ts";
import { postIfSame, type Written, writeIfSame } from "../live/if-unmoved.ts";
import type { Facts } from "../ui/meanwhile-model.ts";
import type { QueueRow } from "./queue-model.ts";

/** How many jobs of a queue may run, and how many may wait; null: any. */
export interface Bounds {
  concurrency: number | null;
  capacity: number | null;
}

/**
 * Pauses or resumes a queue, unless somebody else has done so, or changed the reason, since it was
 * seen.
 * @throws SwitchyardError
 */
export const pauseQueue = (seen: QueueRow, body: { paused: boolean; reason?: string }): Promise<QueueRow> =>
  postIfSame(
    pathTo(queueEndpoints.configure, { id: seen.id }),
    seen,
    body,
    (now) => now.paused === seen.paused && now.pauseReason === seen.pauseReason,
    pausedWords,
    queueTag,
  );

function pausedWords({ paused, pauseReason }: QueueRow): string {
  if (!paused) return "Somebody resumed it meanwhile.";
  return `Somebody paused it meanwhile${pauseReason ? `: ${pauseReason}` : ", for no reason given"}`;
}

/**
 * Sets the limits of a queue, unless somebody else has changed them since they were seen.
 * @throws SwitchyardError
 */
export const boundQueue = (seen: QueueRow, bounds: Bounds): Promise<Written<QueueRow, QueueRow>> =>
  writeIfSame<QueueRow, QueueRow>(
    (tag) => api.postIf(pathTo(queueEndpoints.configure, { id: seen.id }), tag, bounds),
    seen,
    (now) => now.concurrency === seen.concurrency && now.capacity === seen.capacity,
    queueTag,
  );

const boundWords = (bound: number | null): string => (bound === null ? "No limit" : String(bound));

/** The limits of a queue as their form shows them. */
export const boundFacts = ({ concurrency, capacity }: Bounds): Facts => ({
  "Jobs that may run at once": boundWords(concurrency),
  "Jobs that may wait": boundWords(capacity),
});
