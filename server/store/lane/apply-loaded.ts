import { needsOf, rowsAround } from "../../../domain/commit/mutations.ts";
import { iso } from "../../../domain/kernel/primitives.ts";
import { keyOf } from "../../../domain/kernel/row-key.ts";
import type { DatabaseClock } from "../../database/clock.ts";
import { type AppliedBatch, applyBatch, type Head, type Pending, rowTime } from "./batch.ts";
import type { KeyMemory } from "./key-memory.ts";
import type { LaneQueries } from "./lane-database.ts";
import type { LanePosition } from "./lane-position.ts";
import { isSameHead, loadMissing } from "./load-rows.ts";
import { RowSource } from "./row-source.ts";
import type { RowCache } from "./tiers/row-cache.ts";
import { MAX_PUT, TooWide } from "./too-wide.ts";

/**
 * After this many loads the batch is following a long or wide cascade: from then on, load
 * everything its jobs can reach.
 */
const FEW_LOADS = 3;
const MAX_LOADS = 200;

export interface ApplyOptions {
  tenantId: string;
  keyTtlMs: number;
  /** Look up new ids and keys beforehand, instead of letting the insert fail. */
  strict: boolean;
  cache: RowCache;
  keys: KeyMemory;
  position: LanePosition;
  clock: DatabaseClock;
}

/** A batch applied in memory, the head it started from, and how many rows it read. */
export interface AppliedFrom {
  start: Head;
  result: AppliedBatch;
  source: RowSource;
}

/**
 * Applies a batch, loading rows until nothing is missing. Throws `TooWide` when that is too much at
 * once. Everything it read is true at `start`: when a load sees another head, the lane catches up
 * and the loaded rows are dropped.
 */
export async function applyLoaded(
  queries: LaneQueries,
  batch: readonly Pending[],
  o: ApplyOptions,
): Promise<AppliedFrom> {
  if (!o.position.head) await o.position.catchUp(queries);
  let source = new RowSource(o.cache, o.keys, o.strict);
  // One time for all tries: a claim's set is keyed by it, so the next try finds what was loaded.
  const now = o.clock.now();
  for (let loads = 0; loads < MAX_LOADS; loads += 1) {
    const deep = loads > FEW_LOADS;
    source.clearMissing();
    const start = o.position.head as Head;
    noteNeeds(batch, source, deep, iso(rowTime(start, now)));
    if (source.isComplete) {
      const result = applyBatch(o.tenantId, batch, source, start, now, o.keyTtlMs);
      if (source.isComplete) {
        mustBeNarrow(result);
        return { start, result, source };
      }
    }
    const heads = await loadMissing(queries, o.tenantId, source, deep);
    if (!heads.every((head) => isSameHead(head, start))) {
      await o.position.catchUp(queries);
      source = new RowSource(o.cache, o.keys, o.strict);
    }
  }
  throw new Error(`a batch needed more than ${MAX_LOADS} loads`);
}

function mustBeNarrow({ draft }: AppliedBatch): void {
  if (draft.changes.size <= MAX_PUT) return;
  let put = 0;
  for (const { row } of draft.changes.values()) if (row !== null) put += 1;
  if (put > MAX_PUT) throw new TooWide(`${put} rows`);
}

/** Notes as missing the rows the batch will read, as far as the loaded rows show. */
function noteNeeds(batch: readonly Pending[], source: RowSource, deep: boolean, at: string): void {
  const peek = source.peek.bind(source) as typeof source.peek;
  const mutations = batch.flatMap(({ commit }) => commit.mutations);
  const refs = mutations.flatMap((mutation) => needsOf(mutation, peek, at));
  if (deep) for (const jobId of source.loadedJobs()) refs.push(...rowsAround(jobId, peek, at));
  for (const [kind, id] of refs) {
    if (!source.isKnown(kind, id)) source.missing.set(keyOf(kind, id), { kind, id });
  }
}
