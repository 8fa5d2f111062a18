import { z } from "zod";
import { EVENTS_OF } from "../../domain/events.ts";
import type { EventContract } from "../../domain/kernel/event-contract.ts";

/** `docs/events.md`, made of the catalogue of events. */

type Schema = z.core.JSONSchema.BaseSchema;
interface Field {
  name: string;
  type: string;
  about: string;
}

const INTRODUCTION = `# Events

*Made by \`npm run docs\` from \`domain/*/events.ts\`; change it there.*

Every change writes one or more events into the log. An event has \`seq\` (its position), \`v\` (the version of its shape), \`type\`, \`at\`, \`actor\`
(who did it), \`subject\` (what it is about: \`kind\` and \`id\`), \`runId\` and \`traceId\` where there is one, and \`payload\`, which this page lists by type. Read them by
\`GET /api/v1/events?type=job.*\`, by a live topic, or by the client's \`events()\`.

- Types and fields may be added: ignore what you do not know. Events that were written before a field was added lack it.
- \`name?\` may be absent. Times are RFC 3339, UTC; durations are milliseconds.
- Types that begin with \`x.\` are orchestrators' own (\`event.append\`), with a payload of their own. Workers write a job's output as \`x.job.output\`.
`;

/** The text of the page. */
export function eventsPage(): string {
  const areas = Object.entries(EVENTS_OF).flatMap(([area, types]) => {
    const all = Object.entries<EventContract>(types);
    const nouns = [...new Set(all.map(([type]) => nounOf(type)))];
    return [
      `\n## ${titled(area)}\n`,
      ...nouns.map((noun) =>
        section(
          noun,
          all.filter(([type]) => nounOf(type) === noun),
        ),
      ),
    ];
  });
  return `${INTRODUCTION}${areas.join("\n")}`;
}

const nounOf = (type: string): string => type.slice(0, type.indexOf("."));
const titled = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);

/** The events of a noun: what all of them have comes first. */
function section(noun: string, types: readonly (readonly [string, EventContract])[]): string {
  const fields = types.map(([, { payload }]) => fieldsOf(payload));
  const [first = []] = fields;
  const key = ({ name, type }: Field) => `${name} ${type}`;
  const shared =
    fields.length < 2 ? [] : first.filter((one) => fields.every((of) => of.some((f) => key(f) === key(one))));
  const [, contract] = types[0] ?? [];
  const lines = [`### ${noun}\n`, `Subject: ${contract?.subject}.${shared.length > 0 ? " All of them have:" : ""}\n`];
  if (shared.length > 0) lines.push(`${listed(shared)}\n`);
  types.forEach(([type, { when }], index) => {
    const own = (fields[index] ?? []).filter((one) => !shared.some((other) => key(other) === key(one)));
    lines.push(`**\`${type}\`** · ${when}.\n`);
    if (own.length > 0) lines.push(`${listed(own)}\n`);
  });
  return lines.join("\n");
}

const listed = (fields: readonly Field[]): string =>
  fields.map(({ name, type, about }) => `- \`${name}\` ${type}${about && `: ${about}`}`).join("\n");

function fieldsOf(payload: z.ZodObject): Field[] {
  const { properties = {}, required = [] } = z.toJSONSchema(payload, { io: "output", unrepresentable: "any" });
  return Object.entries(properties).map(([name, schema]) => {
    const of = typeof schema === "object" ? schema : {};
    // Of ids the description repeats their alphabet.
    const about = of.pattern === undefined ? (of.description ?? "") : "";
    return { name: required.includes(name) ? name : `${name}?`, type: typeOf(of), about };
  });
}

/** A schema in a few words: `"jobs" | "manual"`, `string[]`, `time | null`. */
function typeOf(schema: Schema | boolean | undefined): string {
  if (typeof schema !== "object") return "JSON";
  const { type, enum: values, const: value, anyOf, format, items, properties, additionalProperties } = schema;
  if (anyOf) return [...new Set(anyOf.map(typeOf))].join(" | ");
  if (values) return values.map((one) => `\`${String(one)}\``).join(" | ");
  if (value !== undefined) return `\`${String(value)}\``;
  if (Array.isArray(type)) return type.join(" | ");
  if (type === "string") return format === "date-time" ? "time" : "string";
  if (type === "array") return `list of ${typeOf(Array.isArray(items) ? undefined : items)}`;
  if (type !== "object") return type ?? "JSON";
  if (!properties)
    return typeof additionalProperties === "object" && additionalProperties.type
      ? `map of ${typeOf(additionalProperties)}`
      : "map";
  return `object of ${Object.keys(properties)
    .map((name) => `\`${name}\``)
    .join(", ")}`;
}
