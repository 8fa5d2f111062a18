import { z } from "zod";
import { type ErrorInfo, id as idOfCaller, type Json } from "./primitives.ts";

/** The Postgres types that columns have. */
export type PgType = "text" | "text[]" | "int4" | "int8" | "float8" | "bool" | "timestamptz" | "jsonb";

/** A column: its Postgres type, and the schema of what it holds in a row, an answer and a frame. */
export class Column<T = unknown> {
  constructor(
    readonly type: PgType,
    readonly schema: z.ZodType<T>,
  ) {}

  /** The same, or null. */
  orNull(): Column<T | null> {
    return new Column<T | null>(this.type, this.schema.nullable());
  }

  /** The same with a description for the reference. */
  about(description: string): Column<T> {
    return new Column(this.type, this.schema.meta({ description }));
  }
}

const oneOf = <const S extends readonly [string, ...string[]]>(values: S): Column<S[number]> =>
  new Column("text", z.enum(values)) as Column<S[number]>;
const count = z.int().min(0);
const anyJson = z.unknown() as unknown as z.ZodType<Json | null>;

/**
 * What columns are made of. Times are RFC 3339, UTC, to the millisecond; durations are
 * milliseconds.
 */
export const column = {
  text: () => new Column("text", z.string()),
  /** An id as callers choose them. */
  id: () => new Column("text", idOfCaller),
  oneOf,
  names: () => new Column("text[]", z.array(z.string())),
  namesOf: <const S extends readonly [string, ...string[]]>(values: S) =>
    new Column<S[number][]>("text[]", z.array(z.enum(values)) as unknown as z.ZodType<S[number][]>),
  at: () => new Column("timestamptz", z.iso.datetime()),
  flag: () => new Column("bool", z.boolean()),
  count: () => new Column("int4", count),
  whole: () => new Column("int4", z.int()),
  /** A duration in whole milliseconds. */
  keptMs: () => new Column("int4", z.number().min(0)),
  /** A measured duration in milliseconds. */
  ms: () => new Column("float8", z.number().min(0)),
  number: () => new Column("float8", z.number()),
  rate: () => new Column("float8", z.number().min(0).max(1)),
  json: <T>(schema: z.ZodType<T>) => new Column("jsonb", schema),
  /** JSON that reducers type more exactly than the API reference. */
  jsonAs: <T>(schema: z.ZodType) => new Column<T>("jsonb", schema as z.ZodType<T>),
  /** Any JSON of a caller's, or null. */
  anyJson: () => new Column("jsonb", anyJson),
  /** A JSON object of a caller's. */
  object: () => new Column("jsonb", z.record(z.string(), z.unknown()) as unknown as z.ZodType<{ [key: string]: Json }>),
  error: () =>
    new Column(
      "jsonb",
      z.looseObject({ message: z.string(), code: z.string().optional() }) as unknown as z.ZodType<ErrorInfo>,
    ),
};

export type Columns = { readonly [name: string]: Column };

/** What the rows of every kind have besides their own columns. */
const BASE = {
  /** Unique among the rows of its kind and tenant. */
  id: column.text(),
  version: column.count().about("Counts the changes of this row"),
  seq: new Column("int8", count).about("The position of the log that last changed it: of two, the higher is newer"),
};

/**
 * A kind of rows, defined once: types, SQL statements, answers and the API reference derive from
 * it.
 */
export interface RowContract<
  K extends string = string,
  N extends string = string,
  C extends Columns = Columns,
  L extends string = string,
  H extends string = string,
  S extends z.ZodRawShape = z.ZodRawShape,
> {
  readonly kind: K;
  /** The model in the Prisma schema, and the table. */
  readonly table: string;
  /** The name that its id has in mutations, and so in answers. */
  readonly idName: N;
  readonly idSchema: z.ZodType<string>;
  readonly columns: C;
  /** All columns of the table but the tenant's. */
  readonly stored: { readonly [name: string]: PgType };
  /** Columns that can be large: an update leaves them out while they are unchanged. */
  readonly heavy: readonly string[];
  /** Columns that can be large: a read of one row has them, lists leave them out. */
  readonly large: readonly L[];
  /** Columns that no read and no frame ever has: secrets, and figures that only reducers use. */
  readonly hidden: readonly H[];
  /** It is never sent by itself. */
  readonly internal: boolean;
  /** A row as it is sent. */
  readonly sent: z.ZodObject<S>;
}

/**
 * The schema of a sent row: its kind, its id under both names, and all columns but the hidden ones.
 */
type SentShape<K extends string, N extends string, C extends Columns, H extends string> = {
  kind: z.ZodLiteral<K>;
} & { [name in N | "id"]: z.ZodType<string> } & { [name in "version" | "seq"]: z.ZodType<number> } & {
  -readonly [name in Exclude<keyof C, H>]: C[name]["schema"];
};

interface RowOptions<C, L, H> {
  columns: C;
  heavy?: readonly (keyof C & string)[];
  large?: readonly (L & keyof C)[];
  hidden?: readonly (H & keyof C)[];
  /** Ids that the server makes have a form of their own. */
  idSchema?: z.ZodType<string>;
  internal?: boolean;
}

/** Defines a kind of rows. */
export function row<
  const K extends string,
  const N extends string,
  const C extends Columns,
  const L extends string = never,
  const H extends string = never,
>(kind: K, table: string, idName: N, options: RowOptions<C, L, H>): RowContract<K, N, C, L, H, SentShape<K, N, C, H>> {
  const { columns, heavy = [], large = [], hidden = [], idSchema = idOfCaller, internal = false } = options;
  const all: Columns = { ...BASE, ...columns };
  const stored = Object.fromEntries(Object.entries(all).map(([name, { type }]) => [name, type]));
  const shown = Object.entries(all).filter(([name]) => !(hidden as readonly string[]).includes(name));
  const shape = {
    kind: z.literal(kind),
    [idName]: idSchema,
    ...Object.fromEntries(shown.map(([name, { schema }]) => [name, schema])),
  } as unknown as SentShape<K, N, C, H>;
  const sent = z.object(shape).meta({ id: kind.charAt(0).toUpperCase() + kind.slice(1) });
  return { kind, table, idName, idSchema, columns, stored, heavy, large, hidden, internal, sent };
}

/**
 * Columns every row has. `seq` is the position of the log that last changed it; both are kept by
 * the transaction.
 */
export interface RowBase {
  id: string;
  version: number;
  seq: number;
}

type Value<C> = C extends Column<infer T> ? T : never;

/** The row that a contract describes, as the reducers work on it. */
export type RowOf<R extends { columns: Columns }> = RowBase & {
  -readonly [N in keyof R["columns"]]: Value<R["columns"][N]>;
};
