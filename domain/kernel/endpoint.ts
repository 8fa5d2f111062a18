import { z } from "zod";
import { count } from "./fields.ts";
import { type Receipt, receipt } from "./receipt.ts";
import type { RowContract } from "./row.ts";

/**
 * An endpoint of the HTTP API, defined once: the server's routes, the reference (OpenAPI) and every
 * caller's types derive from it. Answers are checked by the compiler where they are made, and
 * against `answer` in tests; nothing parses them in production.
 */
export interface Endpoint {
  readonly method: Method;
  /** Below `/api/v1`; parts that begin with `:` are ids. */
  readonly path: string;
  /** Its section in the reference. */
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /**
   * What the query may have, strict. Its types are the parsed ones for the server, the written ones
   * for callers.
   */
  readonly query?: z.ZodType;
  readonly body?: z.ZodType;
  /** Fields of `body` that the path says. */
  readonly known?: readonly string[];
  /** What success answers; left out: nothing, 204. */
  readonly answer?: z.ZodType;
  /** What each status of success means, where that is not "the answer". */
  readonly says?: { readonly [status: number]: string };
  /** Statuses of problems, besides those that follow from what it takes. */
  readonly problems?: readonly number[];
  /** Takes an Idempotency-Key. */
  readonly repeatable?: boolean;
  /**
   * Takes an If-Match with the version that the caller has seen, and answers 412 when that is
   * stale.
   */
  readonly versioned?: boolean;
  /** Answers with the row's version as ETag. */
  readonly tagged?: boolean;
  /** May answer with a stream. */
  readonly streams?: boolean;
}

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
type Stated = Omit<Endpoint, "method" | "path">;
type At<M extends Method, P extends string> = { readonly method: M; readonly path: P };

const at =
  <M extends Method>(method: M) =>
  <const P extends string, const S extends Stated>(path: P, stated: S): At<M, P> & S => ({ method, path, ...stated });

export const get = at("GET");
export const post = at("POST");
export const put = at("PUT");
export const patch = at("PATCH");
export const del = at("DELETE");

/** Gives a schema of answers a name in the reference. */
export const named = <S extends z.ZodType>(name: string, schema: S): S => schema.meta({ id: name }) as S;

/** A page of a list. */
export const page = <S extends z.ZodType>(item: S) =>
  z.object({
    items: z.array(item),
    nextCursor: z.string().nullable().meta({ description: "Null on the last page" }),
  });

/** A page of a list that is paged by number as well as by cursor. */
export const countedPage = <S extends z.ZodType>(item: S) =>
  page(item).extend({
    total: count.optional().meta({ description: "How many there are in all; left out behind a `cursor`" }),
    page: count.optional().meta({ description: "With `page` or `pageSize`" }),
    pageSize: count.optional().meta({ description: "With `page` or `pageSize`" }),
  });

/** What a mutation's contract is, as far as a command needs to know it. */
type Contract = z.ZodObject<{ type: z.ZodLiteral<string> }>;
type Fixed = { readonly [field: string]: string };
type AnyRow = Pick<RowContract, "kind" | "idName" | "sent">;

/** Fields that an answer has besides a row and its receipt. */
type More<O> = z.ZodType<O> & { readonly shape: z.ZodRawShape };

interface CommandStated<F extends Fixed, O> {
  tag: string;
  summary: string;
  description?: string;
  /** Fields of the mutation that the path already says. */
  fixed?: F;
  /** What the answer has besides the row and the receipt. */
  more?: More<O>;
}

/**
 * One commit of one mutation on one row, which it answers with the receipt. With `:id` in the path
 * it acts on that row, else it creates one.
 */
export function command<
  const P extends string,
  const R extends AnyRow,
  const C extends Contract,
  const F extends Fixed = { readonly [field in never]: string },
  O = unknown,
>(path: P, row: R, contract: C, stated: CommandStated<F, O>) {
  const { fixed, more, ...rest } = stated;
  const onRow = path.includes(":id");
  const known = ["type", ...Object.keys(fixed ?? {}), ...(onRow ? [row.idName] : [])];
  const says: Endpoint["says"] = onRow
    ? { 200: "As it is now" }
    : { 201: "Created", 200: "It was there already, or the same Idempotency-Key came before" };
  return {
    method: "POST" as const,
    path,
    description: `One commit of one \`${contract.shape.type.value}\`.`,
    ...rest,
    row,
    fixed: fixed as Fixed | undefined,
    mutation: contract.shape.type.value as z.output<C>["type"],
    body: contract,
    known: known as unknown as readonly (
      | "type"
      | keyof F
      | (P extends `${string}:id${string}` ? R["idName"] : never)
    )[],
    answer: withReceipt(row.sent as R["sent"], more),
    says,
    problems: onRow ? [409, 412, 422] : [409, 422],
    repeatable: true,
    versioned: onRow,
  };
}

/** An answer with the receipt of what was done to it. */
export function withReceipt<S extends z.ZodType, O = unknown>(
  schema: S,
  more?: More<O>,
): z.ZodType<z.output<S> & { receipt: Receipt } & O> {
  const answer = z.intersection(schema, z.object({ receipt, ...more?.shape }));
  return answer as unknown as z.ZodType<z.output<S> & { receipt: Receipt } & O>;
}

/** What an endpoint answers. */
export type AnswerOf<E> = E extends { readonly answer: infer A extends z.ZodType } ? z.output<A> : undefined;
/** An endpoint's query, parsed. */
export type QueryOf<E> = E extends { readonly query: infer Q extends z.ZodType } ? z.output<Q> : undefined;
/** An endpoint's body, parsed; a mutation is left to the commit. */
export type BodyOf<E> = E extends { readonly known: readonly string[] }
  ? undefined
  : E extends { readonly body: infer B extends z.ZodType }
    ? z.output<B>
    : undefined;
/** An endpoint's body as callers write it. */
export type GivenBody<E> = E extends { readonly body: infer B extends z.ZodType }
  ? Omit<z.input<B>, E extends { readonly known: readonly (infer K extends string)[] } ? K : never>
  : undefined;

type Params<P> = P extends `${string}:${infer N}/${infer R}`
  ? { [name in N]: string } & Params<`/${R}`>
  : P extends `${string}:${infer N}`
    ? { [name in N]: string }
    : unknown;

/**
 * A value of a query as callers write it: as it goes into the URL, or what it is parsed to where
 * that can be written.
 */
type Written<I, O> =
  | (unknown extends I ? never : I)
  | (O extends readonly (infer T)[] ? readonly T[] : Extract<O, string | number | boolean>);
type Queried<E> = E extends { readonly query: infer Q extends z.ZodType }
  ? { [K in keyof z.input<Q>]: Written<z.input<Q>[K], K extends keyof z.output<Q> ? z.output<Q>[K] : never> }
  : unknown;

/** What the path and the query of a call are made of: `{ id, limit, … }`. */
export type Asked<E extends Endpoint> = Params<E["path"]> & Queried<E>;

declare const ENDPOINT: unique symbol;
/** The path of a call, below `/api/v1` and with its query, that knows its endpoint. */
export type PathOf<E> = string & { readonly [ENDPOINT]: E };

/**
 * The path of a call, its ids and its query escaped. Lists are written with commas; what is
 * undefined is left out.
 */
export function pathTo<E extends Endpoint>(
  { path }: E,
  ...[asked]: Record<never, never> extends Asked<E> ? [asked?: Asked<E>] : [asked: Asked<E>]
): PathOf<E> {
  const { ...left }: { [name: string]: unknown } = { ...(asked as object | undefined) };
  const filled = path.replaceAll(/:(\w+)/g, (_, name: string) => {
    const value = String(left[name]);
    delete left[name];
    return encodeURIComponent(value);
  });
  const query = new URLSearchParams(
    Object.entries(left).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  );
  return (query.size > 0 ? `${filled}?${query}` : filled) as PathOf<E>;
}
