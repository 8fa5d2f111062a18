type PgType = "text" | "text[]" | "int4" | "int8" | "float8" | "bool" | "timestamptz" | "jsonb";

/** A kind's table and its columns with their Postgres types. `heavy` columns can be large: an update leaves them out while they are unchanged. */
export interface Table {
  name: string;
  columns: { readonly [column: string]: PgType };
  heavy: readonly string[];
}

/** What the rows of every kind have. */
export const base = { id: "text", version: "int4", seq: "int8" } as const;
export const at = "timestamptz";
