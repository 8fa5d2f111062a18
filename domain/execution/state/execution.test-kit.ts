import fc from "fast-check";
import type { ClientMutationInput } from "../../commit/mutations.ts";
import type { JsonMap } from "../../kernel/merge-patch.ts";
import type { Json } from "../../kernel/primitives.ts";

/**
 * Few names, so that values meet each other; some that every object knows, and one that sets the
 * prototype if it is assigned.
 */
const key = fc.constantFrom("a", "b", "c", "é", "constructor", "toString", "__proto__");
const scalar = fc.constantFrom<Json>(null, true, 0, 1, -2.5, "", "x", "é😀");

const { value, map } = fc.letrec<{ value: Json; map: JsonMap }>((tie) => ({
  map: fc.array(fc.tuple(key, tie("value")), { maxLength: 4 }).map((entries) => Object.fromEntries(entries) as JsonMap),
  value: fc.oneof({ maxDepth: 3, depthSize: "small" }, scalar, tie("map"), fc.array(tie("value"), { maxLength: 2 })),
}));

/** A map of any JSON values. */
export const jsonMap: fc.Arbitrary<JsonMap> = map;

const runId = fc.constant("r");
const type = <const T>(value: T) => fc.constant(value);
export const tokenId = fc.constantFrom("t1", "t2", "t3", "constructor");
const scopeId = fc.constantFrom("s1", "s2", "s3", "toString");
const tokenFields = fc.record(
  { scopeId: fc.option(scopeId), value, status: fc.constantFrom("active", "waiting") },
  { requiredKeys: [] },
);

/** The ten mutations of D3 on run `r`, over few names, so that about half of them are refused. */
export const stateMutation: fc.Arbitrary<ClientMutationInput> = fc.oneof(
  fc.record({ type: type("context.set"), runId, context: jsonMap }),
  fc.record({ type: type("context.merge"), runId, patch: jsonMap }),
  fc.record({ type: type("token.add"), runId, tokenId, token: tokenFields }),
  fc.record({ type: type("token.update"), runId, tokenId, patch: tokenFields }),
  fc.record({ type: type("token.remove"), runId, tokenId }),
  fc.record(
    { type: type("scope.enter"), runId, scopeId, parentId: scopeId },
    { requiredKeys: ["type", "runId", "scopeId"] },
  ),
  fc.record({ type: type("scope.enter"), runId, scopeId }),
  fc.record({ type: type("scope.exit"), runId, scopeId }),
  fc.record({ type: type("scope.cancel"), runId, scopeId }),
  fc.record({ type: type("step.increment"), runId, by: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ type: type("metadata.set"), runId, metadata: jsonMap }),
);

/** A value's text with all keys in order: the same for values that are the same. */
export function textOf(json: unknown): string {
  if (typeof json !== "object" || json === null) return JSON.stringify(json) ?? "undefined";
  if (Array.isArray(json)) return `[${json.map(textOf).join()}]`;
  const entries = Object.entries(json).map(([name, part]) => `${JSON.stringify(name)}:${textOf(part)}`);
  return `{${entries.sort().join()}}`;
}
