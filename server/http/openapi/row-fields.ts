import { z } from "zod";
import { JOB_STATUSES } from "../../../domain/statuses.ts";

/** The value shapes that the reference's rows are made of. */

export const at = z.iso.datetime();
export const maybeAt = at.nullable();
export const text = z.string();
export const maybeText = text.nullable();
export const count = z.int().min(0);
export const ms = z.number().min(0);
export const anyObject = z.record(z.string(), z.unknown());
export const error = z.looseObject({ message: text, code: text.optional() }).nullable();
export const jobCounts = z.object(
  Object.fromEntries(JOB_STATUSES.map((status) => [status, count])) as {
    [status in (typeof JOB_STATUSES)[number]]: typeof count;
  },
);

export const base = {
  id: text,
  version: count.meta({ description: "Counts the changes of this row" }),
  seq: count.meta({ description: "The position of the log that last changed it: of two, the higher is newer" }),
};
