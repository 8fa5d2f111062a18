import type { FastifyInstance, FastifyReply, FastifyRequest, RouteHandlerMethod } from "fastify";
import { leanAnswer } from "../../../domain/kernel/lean.ts";
import { asManyAsFit, isTooLarge } from "../../database/result-size.ts";
import { ProblemError } from "../kernel/problem.ts";

/** The query of a list as it was sent. */
type Query = { [name: string]: unknown };
type Page = { items: unknown[]; nextCursor: string | null };
type Read = (query: Query) => Promise<unknown>;

/** Rows of a page whose size nobody has named are at most as many as this. */
const USUAL = 100;
/** A page is put together from at most so many. */
const MOST_PIECES = 16;

/**
 * Lets lists answer with fewer rows than asked for when so many are too large for one answer
 * (`result-size.ts`): `nextCursor` goes on behind those. With `large=omit` the page is put together
 * from smaller ones, each without what is large before the next is read.
 */
export function installFittingPages(app: FastifyInstance): void {
  app.addHook("onRoute", (route) => {
    const { query } = route.config?.endpoint ?? {};
    const isList = query && "shape" in query && "cursor" in (query.shape as object);
    if (route.method === "GET" && isList) route.handler = fitting(route.handler);
  });
}

function fitting(handler: RouteHandlerMethod): RouteHandlerMethod {
  return async function (this: FastifyInstance, request: FastifyRequest, reply: FastifyReply) {
    const asked = request.query as Query;
    const read: Read = async (query) => {
      request.query = query;
      try {
        return await handler.call(this, request, reply);
      } finally {
        request.query = asked;
      }
    };
    try {
      return await handler.call(this, request, reply);
    } catch (error) {
      if (!isTooLarge(error)) throw error;
      return smaller(asked, read).catch((cause: unknown) => {
        throw isTooLarge(cause) ? tooLarge(cause) : cause;
      });
    }
  };
}

/** The page that was too large to be read at once. */
async function smaller(asked: Query, read: Read): Promise<unknown> {
  const isLean = asked.large === "omit";
  if (asked.page !== undefined || asked.pageSize !== undefined) {
    if (isLean) return numbered(asked, read);
    throw new ProblemError(
      422,
      "answer_too_large",
      "This page is too large: take a smaller `pageSize` or `large=omit`.",
    );
  }
  const limit = Number(asked.limit ?? USUAL);
  let size = Math.ceil(limit / 4);
  const piece = (cursor: unknown, room: number) =>
    asManyAsFit(Math.min(room, size), (most) => {
      size = most;
      return read({ ...asked, ...(cursor !== undefined && { cursor }), limit: most });
    });
  const first = await piece(asked.cursor, limit);
  if (!isLean || !isPage(first)) return first;
  let page = first;
  const items = itemsOf(page);
  for (let pieces = 1; pieces < MOST_PIECES && page.nextCursor !== null && items.length < limit; pieces += 1) {
    size *= 2;
    const next = await piece(page.nextCursor, limit - items.length);
    if (!isPage(next)) break;
    page = next;
    items.push(...itemsOf(next));
  }
  return { ...page, items };
}

/** A page by its number, read row by row: what is read in larger pieces would begin elsewhere. */
async function numbered(asked: Query, read: Read): Promise<unknown> {
  const size = Number(asked.pageSize ?? 20);
  const first = (Number(asked.page ?? 1) - 1) * size;
  const items: unknown[] = [];
  for (let at = first; at < first + size; at += 1) {
    const page = await read({ ...asked, page: at + 1, pageSize: 1 });
    if (!isPage(page)) return page;
    items.push(...itemsOf(page));
    if (page.nextCursor === null || at === first + size - 1)
      return { ...page, items, page: Number(asked.page ?? 1), pageSize: size };
  }
  return undefined;
}

const itemsOf = (page: Page): unknown[] => (leanAnswer(page) as Page).items;

const isPage = (answer: unknown): answer is Page =>
  typeof answer === "object" && answer !== null && "items" in answer && Array.isArray(answer.items);

function tooLarge(cause: unknown): ProblemError {
  return new ProblemError(422, "answer_too_large", "What was asked for is too large for one answer: ask for less.", {
    cause,
  });
}
