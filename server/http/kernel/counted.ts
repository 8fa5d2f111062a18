import { PAGE_SIZE } from "../../../domain/kernel/query.ts";
import type { CountedRequest } from "../../store/reads/kernel/counted.ts";
import { ProblemError } from "./problem.ts";

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
