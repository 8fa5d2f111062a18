import { type Kind, ROWS, type Rows } from "../rows.ts";

type Contract<K extends Kind> = (typeof ROWS)[K];
type IdOf<K extends Kind> = { [name in Contract<K>["idName"]]: string };
type Hidden<K extends Kind> = Contract<K>["hidden"][number];
type Large<K extends Kind> = Contract<K>["large"][number];

/**
 * A row as it is sent: it names its kind, answers to `id` and to its glossary name, and keeps its
 * secrets.
 */
export type Wire<K extends Kind = Kind> = K extends Kind ? Omit<Rows[K], Hidden<K>> & { kind: K } & IdOf<K> : never;

/** A row in a list: without what can be large. */
export type Listed<K extends Kind = Kind> = K extends Kind ? Omit<Wire<K>, Large<K>> : never;

/**
 * A row in a live frame: with its large columns when the receiver may not have them as they are.
 */
export type Sent<K extends Kind = Kind> = K extends Kind
  ? Listed<K> & Partial<Pick<Wire<K>, Large<K> & keyof Wire<K>>>
  : never;

/** Names of the columns that a list of this kind leaves out. */
export const largeColumns = (kind: Kind): readonly string[] => ROWS[kind].large;

/** The row without what can be large. */
export function toListed<K extends Kind>(row: Sent<K>): Listed<K> {
  const large = largeColumns(row.kind);
  if (large.length === 0) return row;
  const light: { [column: string]: unknown } = { ...row };
  for (const column of large) delete light[column];
  return light as unknown as Listed<K>;
}

/** The sendable form of a row, for HTTP answers and live frames alike. */
export function toWire<K extends Kind>(kind: K, row: Readonly<Rows[K]>): Wire<K> {
  const sent: { [key: string]: unknown } = { kind, [ROWS[kind].idName]: row.id, ...row };
  for (const column of ROWS[kind].hidden) delete sent[column];
  return sent as Wire<K>;
}
