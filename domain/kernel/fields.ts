import { z } from "zod";

/** The value shapes that answers which are no rows are made of. */

export const at = z.iso.datetime();
export const maybeAt = at.nullable();
export const text = z.string();
export const maybeText = text.nullable();
export const count = z.int().min(0);
export const ms = z.number().min(0);
export const rate = z.number().min(0).max(1);

/** A count for each of these names. */
export const counts = <const N extends readonly string[]>(names: N) =>
  z.object(Object.fromEntries(names.map((name) => [name, count])) as { [name in N[number]]: typeof count });
