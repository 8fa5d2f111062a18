import { z } from "zod";

/** The value shapes that answers which are no rows are made of. */

export const at = z.iso.datetime();
export const maybeAt = at.nullable();
export const text = z.string();
export const maybeText = text.nullable();
export const count = z.int().min(0);
export const ms = z.number().min(0);
