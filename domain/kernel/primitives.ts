import { z } from "zod";
import { ID, ID_WORDS } from "./ids.ts";
import { DAY_MS } from "./time.ts";

/**
 * The value shapes every contract is made of. Strings that reach an index are bounded, and nothing
 * Postgres cannot store (NUL, a lone surrogate, a date beyond 9999) gets past them: one bad row
 * must not fail a batch. Numbers that a double cannot hold do not get past the reading of the body
 * (`json-text.ts`).
 */

/** Ids of things, chosen by the caller: 1–200 of `A-Z a-z 0-9 . _ : @ -`. */
export const id = z.string().regex(ID, `must be ${ID_WORDS}`).meta({ description: ID_WORDS });

/**
 * The id of what a mutation makes, where it may be left out: the server then makes one that sorts
 * by time.
 */
export const newId = id.optional().meta({
  description: `${ID_WORDS}; left out, the server makes one that sorts by time`,
});

const storable = (value: string) => !value.includes("\0") && value.isWellFormed();
const STORABLE = "must not contain NUL or a lone surrogate";

/** A single line that may be indexed: at most 200 characters. */
export const label = z.string().min(1).max(200).refine(storable, STORABLE);

/** Free text (a reason, a note): at most 4,000 characters. */
export const text = z.string().max(4000).refine(storable, STORABLE);

/** A count or a number of milliseconds: 0 … 2^53−1. */
export const whole = z.int().min(0).max(Number.MAX_SAFE_INTEGER);

/** A duration in milliseconds, at most 366 days. */
export const durationMs = z
  .number()
  .min(0)
  .max(366 * DAY_MS);

/** A duration that a row keeps, in whole milliseconds: at most 2^31−1, 24.8 days. */
export const keptMs = z.int().min(0).max(2_147_483_647);

/** A 32-bit integer. */
export const int32 = z.int().min(-2_147_483_648).max(2_147_483_647);

/** A point in time, RFC 3339 with an offset, years 1970–9999; kept as UTC with milliseconds. */
export const time = z.iso
  .datetime({ offset: true })
  .refine((value) => {
    const ms = Date.parse(value);
    return ms >= 0 && ms < 253_402_300_800_000;
  }, "must lie between 1970 and 9999")
  .transform((value) => new Date(value).toISOString())
  .meta({ description: "RFC 3339 with an offset; kept as UTC to the millisecond, finer digits are cut" });

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

const MAX_DEPTH = 64;

/** Why `value` cannot be stored as JSON, or undefined when it can. */
export function unstorable(value: unknown, depth = 0): string | undefined {
  if (depth > MAX_DEPTH) return `is nested deeper than ${MAX_DEPTH} levels`;
  if (typeof value === "string") return storable(value) ? undefined : STORABLE;
  if (value === null || typeof value === "boolean") return undefined;
  if (typeof value === "number") return Number.isFinite(value) ? undefined : "must be a finite number";
  if (Array.isArray(value)) return firstFault(value, depth);
  if (typeof value !== "object") return "is not JSON";
  for (const key in value) if (!storable(key)) return STORABLE;
  return firstFault(Object.values(value), depth);
}

function firstFault(values: unknown[], depth: number): string | undefined {
  for (const value of values) {
    const fault = unstorable(value, depth + 1);
    if (fault) return fault;
  }
  return undefined;
}

function storableJson(value: unknown, ctx: z.core.ParsePayload) {
  const fault = unstorable(value);
  if (fault) ctx.issues.push({ code: "custom", message: fault, input: value });
}

/** Any JSON value. */
export const json = z
  .unknown()
  .check((ctx) => storableJson(ctx.value, ctx))
  .transform((value) => value as Json);

/** A JSON object. */
export const jsonObject = z
  .record(z.string(), z.unknown(), "must be a map: a JSON object, no array, no null")
  .check((ctx) => storableJson(ctx.value, ctx))
  .transform((value) => value as { [key: string]: Json });

/** An error as the caller gives it: a message, or an object with one. */
export const errorInput = z.union([
  text,
  z.looseObject({ message: text }).check((ctx) => storableJson(ctx.value, ctx)),
]);

/** How an error is kept: always an object with a message. */
export type ErrorInfo = { message: string; code?: string } & { [key: string]: Json };

/** The kept form of an error given as a string or as an object. */
export function toErrorInfo(error: z.infer<typeof errorInput>): ErrorInfo {
  return typeof error === "string" ? { message: error } : (error as ErrorInfo);
}

/** Milliseconds since 1970 of an RFC 3339 time. */
export const ms = (at: string): number => Date.parse(at);

/** The RFC 3339 form (UTC, milliseconds) of milliseconds since 1970. */
export const iso = (at: number): string => new Date(at).toISOString();
