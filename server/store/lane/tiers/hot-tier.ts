import type { TierName, TierSize } from "../../../../domain/kernel/answers.ts";
import type { Kind, Rows } from "../../../../domain/rows.ts";

/** A row, and a position that it is not older than. */
export interface Held<K extends Kind = Kind> {
  row: Readonly<Rows[K]>;
  at: number;
}

/** A range of the log that has become durable. */
export interface TierCommit {
  from: number;
  to: number;
  /** The rows that changed in the range, as they are at `to`. */
  rows: readonly { kind: Kind; row: Readonly<Rows[Kind]> }[];
  /** Keys (`kind:id`) of further rows that changed: the tier drops them. */
  forgotten: readonly string[];
}

/**
 * A hot tier: a cache of rows that Postgres holds too. It may lose any of them at any time, and
 * never claims a row is true at a position where it is not. Each tier has one position per tenant
 * and follows these rules:
 *
 * - A range that adjoins the tier's position (`from − 1 ≤ position < to`) is applied: its rows are
 *   stored, other changed rows are dropped, and all the rest, being unchanged, are true at `to`
 *   from then on.
 * - A range that ends at or before the tier's position is ignored.
 * - A range that begins later leaves a gap. What changed in it is unknown, so the tenant's rows are
 *   dropped; a tier may keep those read at `to` or later. An empty range (`from = to + 1`) gives
 *   the log's position to a tier without saying anything about the past.
 * - A row read elsewhere is stored (`warm`) only if it was read at the tier's position or later,
 *   and never over a newer one.
 */
export interface HotTier {
  readonly name: Exclude<TierName, "durable">;
  /** The row; undefined when the tier does not have it or is unavailable. Never throws. */
  get<K extends Kind>(tenantId: string, kind: K, id: string): Held<K> | undefined | Promise<Held<K> | undefined>;
  /**
   * Passes on what has become durable. Returns at once; a remote tier is updated in the background.
   */
  commit(tenantId: string, range: TierCommit): void;
  warm<K extends Kind>(tenantId: string, kind: K, held: Held<K>): void;
  stats(): TierSize;
  close(): void;
}
