import { z } from "zod";
import { ROWS, SENT_KINDS } from "../../../domain/rows.ts";
import { eventPayloads } from "./event-answers.ts";
import { problem } from "./problems.ts";

export type JsonSchema = { [keyword: string]: unknown };

/**
 * Schemas of one direction: those asked for, by their own keys, and those that have a name in the
 * reference.
 */
export interface Converted {
  schemas: { [key: string]: JsonSchema };
  components: { [name: string]: JsonSchema };
}

/** The JSON Schemas of what callers may send. */
export const sentSchemas = (schemas: { [key: string]: z.ZodType }): Converted => convert(schemas, "input");

/**
 * The JSON Schemas of what the server answers, with all kinds of rows that frames carry. Answers
 * may gain fields, so none are forbidden.
 */
export function answeredSchemas(schemas: { [key: string]: z.ZodType }): Converted {
  const always = [...SENT_KINDS.map((kind) => ROWS[kind].sent), problem, eventPayloads];
  return convert({ ...schemas, always: z.tuple(always as unknown as [z.ZodType]) }, "output");
}

function convert(schemas: { [key: string]: z.ZodType }, io: "input" | "output"): Converted {
  // All at once, so that what has a name is converted once and referred to.
  const { properties = {}, $defs = {} } = z.toJSONSchema(z.object(schemas), {
    io,
    unrepresentable: "any",
    override: ({ jsonSchema }) => {
      // `format: date-time` says it; the pattern of all calendars does not help a reader.
      if (jsonSchema.format === "date-time") delete jsonSchema.pattern;
      if (io === "output" && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    },
  });
  const found = JSON.stringify({ schemas: properties, components: $defs });
  return JSON.parse(found.replaceAll('"$ref":"#/$defs/', '"$ref":"#/components/schemas/'), withoutId) as Converted;
}

/** A schema's name is its key. */
function withoutId(this: unknown, key: string, value: unknown): unknown {
  return key === "id" && typeof value === "string" ? undefined : value;
}

export const ref = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` });

/** The schema of an object without some of its fields. */
export function withoutFields(schema: JsonSchema, names: readonly string[]): JsonSchema {
  if (names.length === 0 || typeof schema.properties !== "object") return schema;
  const { properties, required = [], ...rest } = schema as { properties: JsonSchema; required?: string[] };
  const left = required.filter((name) => !names.includes(name));
  return {
    ...rest,
    properties: Object.fromEntries(Object.entries(properties).filter(([name]) => !names.includes(name))),
    ...(left.length > 0 && { required: left }),
  };
}
