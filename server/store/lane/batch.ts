import type { CommitFault } from "../../../domain/commit/commit.ts";
import { applyCommit, type CommitRequest } from "../../../domain/commit/commit.ts";
import { Draft, type DraftTx, type Source } from "../../../domain/commit/draft.ts";
import type { Mutation } from "../../../domain/commit/mutations.ts";
import { EVENT_VERSION, type LogEvent } from "../../../domain/kernel/event.ts";
import { iso } from "../../../domain/kernel/primitives.ts";
import type { Receipt, ReceiptHeader } from "../../../domain/kernel/receipt.ts";
import type { Committer } from "../types.ts";
import { receiptHash } from "./hash.ts";
import { resultOf } from "./results.ts";
import { NotLoaded } from "./row-source.ts";

/** A commit on its way through the lane. Its ids are fixed before the first send. */
export interface Pending {
  by: Committer;
  commit: CommitRequest<Mutation>;
  key: { name: string; fingerprint: string } | null;
  receiptId: string;
  /** Prefix of the ids it generates. */
  idSeed: string;
  secret: string;
  bytes: number;
  /** `performance.now()` at arrival. */
  arrived: number;
  resolve: (applied: Applied & { state: "done" | "replayed" }) => void;
  reject: (error: Error) => void;
}

export interface StoredKey {
  fingerprint: string;
  receipt: Receipt;
  expiresAt: number;
}

/** The result of applying one commit. It counts only once its batch has settled. */
export type Applied =
  | { state: "done"; receipt: Receipt; events: LogEvent[]; touched: string[] }
  | { state: "replayed"; receipt: Receipt }
  | { state: "mismatch" }
  | { state: "refused"; faults: CommitFault[] }
  | { state: "stale"; faults: CommitFault[] }
  /** A bug in our code. Other commits of the batch are not affected. */
  | { state: "broken"; error: Error }
  | { state: "waiting" };

/** Head of the log, from which a batch starts. */
export interface Head {
  seq: number;
  hash: string;
  /** Time of the newest event, epoch ms. */
  at: number;
}

export interface AppliedBatch {
  applied: Applied[];
  draft: Draft;
  head: Head;
  keys: Map<string, StoredKey>;
}

/**
 * What a batch reads. `prove` throws when a commit that writes nothing assumed something that has
 * not been looked up yet.
 */
export interface BatchSource extends Source {
  key(name: string): StoredKey | undefined;
  begin(): void;
  prove(key: string | null): void;
}

/**
 * Clocks of servers differ from the database's by less than this, ms. A head that is ahead by more
 * means the clock was set back.
 */
export const STEP_BACK_MS = 5_000;

/**
 * The time used for what a batch changes (rows, deadlines, figures): the head's time or now,
 * whichever is later. Events and receipts never go below the head's time. If the head is far ahead,
 * because the database's clock was wrong and has been corrected, rows use the correct time;
 * otherwise every lease and timer would stop until the clock had caught up.
 */
export const rowTime = (head: Pick<Head, "at">, now: number): number =>
  head.at - now > STEP_BACK_MS ? now : Math.max(head.at, now);

/** Name of a key within its principal: equal keys of two principals do not collide. */
export const keyName = (principal: string, key: string): string => `${principal} ${key}`;

/**
 * Applies commits one after another on one draft over `source`. A refused commit changes nothing;
 * the others go on. A commit whose rows are not all loaded is rolled back and left `waiting`: the
 * caller loads the rows noted as missing and applies the batch again.
 */
export function applyBatch(
  tenantId: string,
  batch: readonly Pending[],
  source: BatchSource,
  start: Head,
  now: number,
  keyTtlMs: number,
): AppliedBatch {
  const draft = new Draft(source);
  const keys = new Map<string, StoredKey>();
  const time = rowTime(start, now);
  let head = { ...start, at: Math.max(start.at, now) };
  const applied = batch.map((pending): Applied => {
    try {
      const known = pending.key && (keys.get(pending.key.name) ?? source.key(pending.key.name));
      if (known && known.expiresAt > time) {
        return known.fingerprint === pending.key?.fingerprint
          ? { state: "replayed", receipt: known.receipt }
          : { state: "mismatch" };
      }
      source.begin();
      const done = applyOne(tenantId, pending, draft, head, { time, keyTtlMs });
      if (done.state !== "done") {
        source.prove(pending.key?.name ?? null);
        return done;
      }
      head = { ...head, seq: done.receipt.lastSeq, hash: done.receipt.hash };
      if (pending.key) {
        keys.set(pending.key.name, {
          fingerprint: pending.key.fingerprint,
          receipt: done.receipt,
          expiresAt: time + keyTtlMs,
        });
      }
      return done;
    } catch (error) {
      if (error instanceof NotLoaded) return { state: "waiting" };
      return { state: "broken", error: error instanceof Error ? error : new Error(String(error)) };
    }
  });
  return { applied, draft, head, keys };
}

function applyOne(
  tenantId: string,
  pending: Pending,
  draft: Draft,
  head: Head,
  { time, keyTtlMs }: { time: number; keyTtlMs: number },
): Applied {
  const at = iso(time);
  const { by, idSeed: commitId, secret } = pending;
  const tx = draft.begin({ at, actor: by.actor, traceId: by.traceId, commitId, secret, keyTtlMs });
  try {
    const { results, faults, stale } = applyCommit(tx, pending.commit);
    if (stale.length > 0 || faults.length > 0) {
      tx.abort();
      return stale.length > 0 ? { state: "stale", faults: stale } : { state: "refused", faults };
    }
    return finish(tenantId, pending, draft, tx, results, head, iso(head.at));
  } catch (error) {
    tx.abort();
    throw error;
  }
}

function finish(
  tenantId: string,
  pending: Pending,
  draft: Draft,
  tx: DraftTx,
  yielded: unknown[],
  head: Head,
  at: string,
): Applied {
  const events = tx.events.map((event, index): LogEvent => {
    const runId = event.runId ? { runId: event.runId } : {};
    const trace = tx.traceId ?? event.traceId;
    const payload = event.payload ?? {};
    return {
      seq: head.seq + 1 + index,
      v: EVENT_VERSION,
      type: event.type,
      at,
      actor: tx.actor,
      subject: event.subject,
      ...runId,
      ...(trace && { traceId: trace }),
      payload,
    };
  });
  const touched = [...tx.touched];
  if (touched.length > 0 && events.length === 0)
    throw new Error(`a commit changed ${touched.join(", ")} without an event`);
  const lastSeq = head.seq + events.length;
  for (const key of touched) {
    const change = draft.changes.get(key);
    if (change?.row) change.row.seq = lastSeq;
  }
  const header: ReceiptHeader = {
    receiptId: pending.receiptId,
    tenantId,
    firstSeq: head.seq + 1,
    lastSeq,
    committedAt: at,
    mutations: pending.commit.mutations.map((mutation) => mutation.type),
    prevHash: head.hash,
  };
  const hash = events.length > 0 ? receiptHash(header, events) : head.hash;
  const results = pending.commit.mutations.map((mutation, index) => resultOf(tx, mutation, yielded[index]));
  return { state: "done", receipt: { ...header, hash, results }, events, touched };
}
