import { z } from "zod";
import type { Column, Columns } from "./row.ts";

/** One type of event: what it is about, when it happens, and the fields of its payload. */
export interface EventContract<F extends z.ZodRawShape = z.ZodRawShape> {
  /** The kind of its subject. */
  readonly subject: string;
  /** When it happens: one line for the catalogue. */
  readonly when: string;
  /** Its payload. A field that the contract does not name is a fault. */
  readonly payload: z.ZodObject<F, z.core.$strict>;
}

type Said<F extends z.ZodRawShape> = Omit<EventContract<F>, "subject">;

/** One type of event: when it happens, and the fields of its payload. */
export const event = <const F extends z.ZodRawShape>(when: string, fields: F): Said<F> => ({
  when,
  payload: z.strictObject(fields),
});

/**
 * The events of one noun, by type: each defined once: the types of emitters and readers and the
 * catalogue derive from it.
 */
export function events<const E extends { readonly [type: string]: Said<z.ZodRawShape> }>(
  subject: string,
  types: E,
): { readonly [T in keyof E]: E[T] & { readonly subject: string } } {
  const entries = Object.entries(types).map(([type, said]) => [type, { subject, ...said }]);
  return Object.fromEntries(entries) as { readonly [T in keyof E]: E[T] & { readonly subject: string } };
}

type SchemaOf<C> = C extends Column<infer T> ? z.ZodType<T> : never;

/** Fields that hold what columns of a row hold, under the same names. */
export function fieldsOf<const C extends Columns, const N extends keyof C & string>(
  { columns }: { columns: C },
  ...names: readonly N[]
): { [name in N]: SchemaOf<C[name]> } {
  const entries = names.map((name) => [name, columns[name]?.schema]);
  return Object.fromEntries(entries) as { [name in N]: SchemaOf<C[name]> };
}

/** The same of all columns but those named. */
export function fieldsBut<const C extends Columns, const N extends keyof C & string>(
  row: { columns: C },
  ...names: readonly N[]
): { [name in Exclude<keyof C, N> & string]: SchemaOf<C[name]> } {
  const rest = Object.keys(row.columns).filter((name) => !(names as readonly string[]).includes(name));
  return fieldsOf(row, ...(rest as (Exclude<keyof C, N> & string)[]));
}
