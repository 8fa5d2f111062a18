import { SwitchyardError } from "./problem.ts";

/** Deeper than anything that the server takes. */
const MAX_DEPTH = 100;

/**
 * The body of a request. What `JSON.stringify` would change without a word (NaN and Infinity become
 * null, a Map becomes {}) is refused by its place; properties that are undefined are left out,
 * dates are their RFC 3339 text.
 *
 * @throws SwitchyardError `malformed`
 */
export function toBody(value: unknown): string {
  const fault = faultOf(value, "", 0);
  if (fault === undefined) return JSON.stringify(value);
  const { path, what } = fault;
  const message = `${path || "the body"}: ${what} cannot be sent as JSON`;
  const errors = [{ index: -1, type: null, code: "not_json", message, path }];
  throw new SwitchyardError(0, "malformed", message, { errors });
}

function faultOf(value: unknown, path: string, depth: number): { path: string; what: string } | undefined {
  if (typeof value === "number") return Number.isFinite(value) ? undefined : { path, what: String(value) };
  if (typeof value === "bigint" || typeof value === "function" || typeof value === "symbol") {
    return { path, what: `a ${typeof value}` };
  }
  if (typeof value !== "object" || value === null || depth > MAX_DEPTH) return undefined;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? { path, what: "an invalid date" } : undefined;
  if ("toJSON" in value) return undefined;
  if (value instanceof Map || value instanceof Set || ArrayBuffer.isView(value)) {
    return { path, what: `a ${value.constructor.name}` };
  }
  if (!Array.isArray(value)) {
    for (const [key, one] of Object.entries(value)) {
      const fault = faultOf(one, path === "" ? key : `${path}.${key}`, depth + 1);
      if (fault) return fault;
    }
    return undefined;
  }
  for (const [index, one] of value.entries()) {
    if (one === undefined) return { path: `${path}[${index}]`, what: "undefined" };
    const fault = faultOf(one, `${path}[${index}]`, depth + 1);
    if (fault) return fault;
  }
  return undefined;
}
