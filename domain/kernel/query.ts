import { z } from "zod";
import { id } from "./primitives.ts";

/** What queries of endpoints are made of. */

/** Asks for an answer without what is large in it. */
export const largeQuery = {
  large: z.enum(["omit"]).optional().meta({
    description:
      "`omit` leaves out what callers have reported and is large: JSON columns of more than 4,096 bytes, and what makes an event's payload larger than 16,384. `omitted` names what is left out; a read of the one thing has it",
  }),
};

/** The query of a read of one thing. */
export const oneQuery = z.strictObject({
  minSeq: z.coerce.number().int().min(0).optional().meta({
    description: "Answer no older state than this position of the log; 425 if the log has not come that far.",
  }),
  ...largeQuery,
});

const cursor = z.string().max(2000).optional();

/** The query every list takes. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: cursor.meta({ description: "`nextCursor` of the page before" }),
  ...largeQuery,
};

/** The rows of a page whose size nobody has named. */
export const PAGE_SIZE = 20;
const size = z.coerce.number().int().min(1).max(100).optional();

/** The query of a list that is paged by number as well as by cursor. */
export const countedQuery = {
  page: z.coerce
    .number()
    .int()
    .min(1)
    .max(10_000_000)
    .optional()
    .meta({ description: "Which page, from 1; rows that are added meanwhile push others to later pages" }),
  pageSize: size.meta({ description: `Rows of a page, ${PAGE_SIZE} if left out` }),
  limit: size.meta({ description: `The same for pages by cursor, ${PAGE_SIZE} if left out` }),
  cursor: cursor.meta({
    description: "`nextCursor` of the page before: whatever is added meanwhile, no row comes twice or is missed",
  }),
  ...largeQuery,
};

/** The filter by run, under the contract's word and under the rows' own. */
export const runFilter = {
  run: id.optional().meta({ description: "Only of this run" }),
  runId: id.optional().meta({ description: "The same as `run`" }),
};

/** Several of a closed set, separated by commas. */
export function listOf<const V extends readonly [string, ...string[]]>(values: V) {
  return z
    .string()
    .transform((text) => text.split(","))
    .pipe(z.array(z.enum(values)))
    .meta({ description: `One or more of ${values.join(", ")}, separated by commas` });
}
