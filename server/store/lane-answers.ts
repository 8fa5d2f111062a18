import type { CommitFault } from "../../domain/commit.ts";
import { keyOf } from "../../domain/draft.ts";
import type { Applied, Pending } from "./batch.ts";
import { StoreError, type StoreFault } from "./errors.ts";
import type { RowCache } from "./row-cache.ts";
import type { CommitOutcome } from "./types.ts";

/** Answers everybody of a settled batch. */
export function answer(batch: readonly Pending[], applied: readonly Applied[]): void {
  batch.forEach((pending, index) => {
    const one = applied[index];
    switch (one?.state) {
      case "done":
      case "replayed":
        return pending.resolve(one);
      case "refused":
        return pending.reject(refused("commit_refused", one.faults));
      case "stale":
        return pending.reject(refused("stale_expectation", one.faults));
      case "mismatch":
        return pending.reject(new StoreError("idempotency_mismatch", "this Idempotency-Key came with another request before"));
      case "waiting":
      case undefined:
        return pending.reject(new Error("a batch settled with a commit left waiting"));
    }
  });
}

function refused(code: "commit_refused" | "stale_expectation", faults: readonly CommitFault[]): StoreError {
  const [first] = faults;
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : "";
  const legal = first?.legal ? { extra: { legal: first.legal } } : {};
  return new StoreError(code, `${first?.message ?? "refused"}${more}`, { errors: faults as readonly StoreFault[], ...legal });
}

/** What the caller of `commit` gets. */
export function outcomeOf(applied: Applied & { state: "done" | "replayed" }, cache: RowCache): CommitOutcome {
  const replayed = applied.state === "replayed";
  return {
    receipt: applied.receipt,
    replayed,
    row: (kind, id) => (replayed ? undefined : cache.get(keyOf(kind, id))),
  };
}
