import type { z } from "zod";
import { contractOf } from "../../../domain/commit/mutations.ts";
import { type Kind, ROWS } from "../../../domain/rows.ts";
import type { Command } from "../kernel/command.ts";
import { oneQuery } from "../kernel/resource.ts";
import { allOf, arrayOf, type JsonSchema, nameOf, objectOf, pageSchema, ref, sentSchema } from "./schemas.ts";

/** What the reference says of a route; the path and the method it knows from the route itself. */
export interface RouteDoc {
  tag: string;
  summary: string;
  description?: string;
  query?: z.ZodType;
  body?: JsonSchema;
  answers: { [status: number]: { description: string; schema?: JsonSchema; type?: string } };
  /** Statuses of problems beyond those every route may answer. */
  problems?: readonly number[];
  /** Takes an Idempotency-Key. */
  repeatable?: boolean;
  /** Takes an If-Match with the version that the caller has seen, and answers 412 when that is stale. */
  versioned?: boolean;
}

declare module "fastify" {
  interface FastifyContextConfig {
    doc?: RouteDoc;
  }
}

export function listDoc(tag: string, summary: string, item: string, query: z.ZodType): RouteDoc {
  const gone = item === "Event" ? [404, 410] : item === "StoredReceipt" ? [410] : [];
  return {
    tag,
    summary,
    query,
    answers: { 200: { description: "A page", schema: pageSchema(ref(item)) } },
    problems: [400, ...gone],
  };
}

/** A list that is paged by number as well as by cursor. */
export function countedDoc(tag: string, summary: string, item: string, query: z.ZodType): RouteDoc {
  const doc = listDoc(tag, summary, item, query);
  const count = { type: "integer", minimum: 0 };
  const counts = {
    total: { ...count, description: "How many there are in all; left out behind a `cursor`" },
    page: { ...count, description: "With `page` or `pageSize`" },
    pageSize: { ...count, description: "With `page` or `pageSize`" },
  };
  const schema = allOf(pageSchema(ref(item)), objectOf(counts, []));
  return { ...doc, answers: { 200: { description: "A page", schema } } };
}

/** A change of some fields of one row. */
export function patchDoc(tag: string, summary: string, description: string, kind: Kind, body: JsonSchema): RouteDoc {
  const schema = allOf(ref(nameOf(kind)), objectOf({ receipt: ref("Receipt") }));
  return {
    tag,
    summary,
    description,
    body,
    answers: { 200: { description: "As it is now; its version is the ETag", schema } },
    problems: [...WRITE_PROBLEMS, 404, 412],
    repeatable: true,
    versioned: true,
  };
}

export function oneDoc(tag: string, summary: string, answer: string): RouteDoc {
  return {
    tag,
    summary,
    query: oneQuery,
    answers: { 200: { description: "As it is now", schema: ref(answer) } },
    problems: [400, 404, 425],
  };
}

export function plainDoc(tag: string, summary: string, answer: string): RouteDoc {
  return { tag, summary, answers: { 200: { description: "The answer", schema: ref(answer) } } };
}

export function eventsDoc(query: z.ZodType): RouteDoc {
  return {
    tag: "Events",
    summary: "The log: every fact, in order",
    description:
      "With `follow=true` the answer is an endless stream of NDJSON: one event a line, from `after` on (by default all that are kept), without gap or repeat. An empty line comes at once and every 10 s at least, so that proxies keep the stream open: skip empty lines. With `Accept: text/event-stream` the same comes as server-sent events: `id:` is the position, `Last-Event-ID` resumes behind it, beats are comments. A key or person has at most 100 streams open. The stream ends when retention has removed what comes next or when nothing is read for 30 s, and may end at any time: ask again after the last `seq`.",
    query,
    answers: {
      200: {
        description: "A page; with `follow=true` one event a line, empty lines between",
        schema: pageSchema(ref("Event")),
      },
    },
    problems: [400, 410],
  };
}

const WRITE_PROBLEMS = [400, 409, 413, 415, 422, 503];
const REPLAY = "The same Idempotency-Key came before: the same receipt, with `Idempotency-Replayed: true`.";

export const COMMIT_DOC: RouteDoc = {
  tag: "Commits",
  summary: "Change state: all mutations happen, or none",
  description:
    "Every fault of the commit is reported at once as `errors[]` with `index`, `type`, `code`, `message` and `path`: 400 for what breaks a contract, 422 for what the state forbids.",
  body: ref("Commit"),
  answers: {
    201: { description: "The receipt", schema: ref("Receipt") },
    200: { description: REPLAY, schema: ref("Receipt") },
  },
  problems: WRITE_PROBLEMS,
  repeatable: true,
};

export function commandDoc<K extends Command["kind"]>(command: Command<K>): RouteDoc {
  const { path, kind, mutation, fixed, tag, summary } = command;
  const onRow = path.includes(":id");
  const answer = allOf(
    ref(nameOf(kind)),
    objectOf({ receipt: ref("Receipt"), ...(command.more && { leaseToken: { type: "string" } }) }),
  );
  const creates = !onRow;
  return {
    tag,
    summary,
    description: `One commit of one \`${mutation}\`.`,
    body: bodyOf(mutation, new Set(["type", ...Object.keys(fixed ?? {}), ...(onRow ? [ROWS[kind].idName] : [])])),
    answers: creates
      ? {
          201: { description: "Created", schema: answer },
          200: { description: "It was there already, or the same Idempotency-Key came before", schema: answer },
        }
      : { 200: { description: "As it is now", schema: answer } },
    problems: onRow ? [...WRITE_PROBLEMS, 404, 412] : WRITE_PROBLEMS,
    repeatable: true,
    versioned: onRow,
  };
}

export function claimDoc(defaults: { max: number; leaseMs: number }): RouteDoc {
  const body = bodyOf("job.claim", new Set(["type"]), Object.keys(defaults));
  const properties = { ...(body.properties as { [name: string]: JsonSchema }) };
  for (const [name, value] of Object.entries(defaults)) properties[name] = { ...properties[name], default: value };
  properties.waitMs = {
    type: "integer",
    minimum: 0,
    maximum: 30_000,
    default: 0,
    description: "How long to wait for a job when there is none",
  };
  return {
    tag: "Jobs",
    summary: "Claim jobs under a lease; wait for one if there is none",
    body: { ...body, properties },
    answers: {
      200: {
        description: "The jobs, the most urgent first; none when nothing came in time",
        schema: objectOf({ jobs: arrayOf(ref("ClaimedJob")), receipt: ref("Receipt") }),
      },
    },
    problems: WRITE_PROBLEMS,
    repeatable: true,
  };
}

/** A mutation's contract without what the route already says. */
function bodyOf(type: string, known: ReadonlySet<string>, optional: readonly string[] = []): JsonSchema {
  const contract = contractOf(type);
  if (!contract) throw new Error(`there is no mutation ${type}`);
  const {
    properties,
    required = [],
    ...rest
  } = sentSchema(contract) as {
    properties: { [name: string]: JsonSchema };
    required?: string[];
  };
  const left = required.filter((name) => !known.has(name) && !optional.includes(name));
  return {
    ...rest,
    properties: Object.fromEntries(Object.entries(properties).filter(([name]) => !known.has(name))),
    ...(left.length > 0 && { required: left }),
  };
}
