import type { CommitFault } from "../../../domain/commit/commit.ts";
import { keyOf } from "../../../domain/kernel/row-key.ts";
import { StoreError, type StoreFault } from "../errors.ts";
import type { CommitOutcome } from "../types.ts";
import type { Applied, Pending } from "./batch.ts";
import type { RowCache } from "./tiers/row-cache.ts";

/** Answers every commit of a settled batch. */
export function answer(batch: readonly Pending[], applied: readonly Applied[]): void {
  for (const [index, pending] of batch.entries()) {
    const one = applied[index];
    switch (one?.state) {
      case "done":
      case "replayed":
        pending.resolve(one);
        break;
      case "refused":
        pending.reject(refused("commit_refused", one.faults));
        break;
      case "stale":
        pending.reject(refused("stale_expectation", one.faults));
        break;
      case "mismatch":
        pending.reject(new StoreError("idempotency_mismatch", "this Idempotency-Key came with another request before"));
        break;
      case "broken":
        pending.reject(one.error);
        break;
      case "waiting":
      case undefined:
        pending.reject(new Error("a batch settled with a commit left waiting"));
        break;
    }
  }
}

function refused(code: "commit_refused" | "stale_expectation", faults: readonly CommitFault[]): StoreError {
  const [first] = faults;
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : "";
  const legal = first?.legal ? { extra: { legal: first.legal } } : {};
  return new StoreError(code, `${first?.message ?? "refused"}${more}`, {
    errors: faults as readonly StoreFault[],
    ...legal,
  });
}

/** The result of `commit`. */
export function outcomeOf(applied: Applied & { state: "done" | "replayed" }, cache: RowCache): CommitOutcome {
  const replayed = applied.state === "replayed";
  return {
    receipt: applied.receipt,
    replayed,
    row: (kind, id) => (replayed ? undefined : cache.get(keyOf(kind, id))),
  };
}
