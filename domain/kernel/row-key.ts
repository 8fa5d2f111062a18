import type { Kind } from "../rows.ts";
import type { RowSet } from "./tx.ts";

/** The key of a row within its tenant: `job:build-1.test`. */
export const keyOf = (kind: Kind, id: string): string => `${kind}:${id}`;

/** The parts of a key. */
export function refOf(key: string): { kind: Kind; id: string } {
  const colon = key.indexOf(":");
  return { kind: key.slice(0, colon) as Kind, id: key.slice(colon + 1) };
}

/** Whether a set's members are of several kinds, and so named by their keys. */
export const isKeyed = ({ set }: RowSet): boolean => set === "parts-of-runs" || set === "uses-of-agents";
