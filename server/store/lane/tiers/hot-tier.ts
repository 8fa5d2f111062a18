import type { TierName, TierSize } from "../../../../domain/kernel/answers.ts";
import type { Kind, Rows } from "../../../../domain/rows.ts";

/** A row, and a position of the log that it is not older than. */
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
  /** Keys (`kind:id`) of further rows that changed: what is known of them is forgotten. */
  forgotten: readonly string[];
}

/**
 * A hot tier: rows that the durable storage holds too, near at hand for a while. It may lose any of them at any time, and never says a row
 * is true at a position where it is not. Each tier stands, per tenant, at one position, and each follows the same rule:
 *
 * - A range that goes on where the tier stands (`from − 1 ≤ position < to`) is applied: its rows are taken, what it touched is forgotten,
 *   and all other rows, unchanged in between, are true at `to` from then on.
 * - A range that ends before where the tier stands says nothing new and is ignored.
 * - A range that begins later leaves a gap. Nobody knows what changed in it, so the tenant's rows are forgotten; a tier may keep those it
 *   knows to have been read at `to` or later. An empty range (`from = to + 1`) is how somebody who knows nothing of the past says where
 *   the log is.
 * - A row read from elsewhere is taken (`warm`) only if it was read at the tier's position or later, and never over a newer one.
 */
export interface HotTier {
  readonly name: Exclude<TierName, "durable">;
  /** The row, or nothing: not here, or the tier cannot be asked. Never throws. */
  get<K extends Kind>(tenantId: string, kind: K, id: string): Held<K> | undefined | Promise<Held<K> | undefined>;
  /** Tells of what has become durable. Returns at once; a tier that is elsewhere is told in the background. */
  commit(tenantId: string, range: TierCommit): void;
  warm<K extends Kind>(tenantId: string, kind: K, held: Held<K>): void;
  stats(): TierSize;
  close(): void;
}
