import { z } from "zod";
import type { CountedRequest } from "../../store/reads/kernel/counted.ts";
import { ProblemError } from "./problem.ts";
import { largeQuery } from "./resource.ts";

const PAGE_SIZE = 20;
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
  cursor: z.string().max(2000).optional().meta({
    description: "`nextCursor` of the page before: whatever is added meanwhile, no row comes twice or is missed",
  }),
  ...largeQuery,
};

interface Asked {
  page?: number | undefined;
  pageSize?: number | undefined;
  limit?: number | undefined;
  cursor?: string | undefined;
}

/** A query with its page in one form. Throws 400 when it names a page both ways. */
export function counted<Q extends Asked>(query: Q): Omit<Q, keyof Asked> & CountedRequest {
  const { page, pageSize, limit, cursor, ...filters } = query;
  const byNumber = page !== undefined || pageSize !== undefined;
  if (byNumber && (limit !== undefined || cursor !== undefined)) {
    const message = "`page` and `pageSize` go together, `limit` and `cursor` do; not both";
    throw new ProblemError(400, "malformed", "The request does not match its contract.", {
      errors: [{ code: "contradiction", message, path: cursor === undefined ? "limit" : "cursor" }],
    });
  }
  return {
    ...filters,
    limit: pageSize ?? limit ?? PAGE_SIZE,
    ...(byNumber && { page: page ?? 1 }),
    ...(cursor !== undefined && { cursor }),
  };
}
