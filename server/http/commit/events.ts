import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Counter, type Registry } from "prom-client";
import { z } from "zod";
import type { LogEvent } from "../../../domain/kernel/event.ts";
import { EVENT_PATTERN } from "../../../domain/kernel/event.ts";
import { id, label, whole } from "../../../domain/kernel/primitives.ts";
import type { Subject } from "../../../domain/kernel/tx.ts";
import { type EventQuery, readLogPage } from "../../store/reads/commit/events.ts";
import { logReplaced, positionGone, readPosition } from "../../store/reads/commit/position.ts";
import { decodeCursor, encodeCursor, type Page } from "../../store/reads/kernel/page.ts";
import type { LogPosition } from "../../store/types.ts";
import { HeldOpen } from "../kernel/held-open.ts";
import { ProblemError } from "../kernel/problem.ts";
import { BASE, largeQuery, type ResourceDeps, scopeOf, signalOf } from "../kernel/resource.ts";
import { eventsDoc } from "../openapi/route-docs.ts";
import { NDJSON, SERVER_SENT_EVENTS, sendEventStream } from "./event-stream.ts";
import { followLog } from "./log-stream.ts";

const position = z.coerce.number().pipe(whole).optional();
const pattern = z.string().regex(EVENT_PATTERN, "must be a type, or the beginning of one and `*`");

const fields = {
  after: position.meta({ description: "Only events after this position; by default all that are kept" }),
  before: position.meta({ description: "Only events before this position" }),
  order: z.enum(["asc", "desc"]).default("asc").meta({ description: "`desc` is the newest first" }),
  type: z
    .string()
    .transform((text) => text.split(","))
    .pipe(z.array(pattern).max(50))
    .optional()
    .meta({ description: "Types separated by commas, each exact or a beginning and `*`: `job.*,run.created`" }),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
  cursor: z.string().max(2000).optional().meta({ description: "`nextCursor` of the page before" }),
  ...largeQuery,
};

export const runEventQuery = z.strictObject(fields);

const eventQuery = z.strictObject({
  ...fields,
  subject: z
    .string()
    .regex(/^[^:]{1,200}:.+$/, "must be kind:id")
    .transform((text): Subject => ({ kind: text.slice(0, text.indexOf(":")), id: text.slice(text.indexOf(":") + 1) }))
    .pipe(z.object({ kind: label, id }))
    .optional()
    .meta({ description: "`kind:id`, for example `job:build-1`" }),
  runId: id.optional(),
  logId: label.optional().meta({
    description:
      "The log that `after` is of, from the header `Switchyard-Log-Id` of an earlier answer: 410 when this is another one",
  }),
  follow: z
    .enum(["true", "false"])
    .transform((text) => text === "true")
    .optional()
    .meta({ description: "`true`: an endless stream, from `after` on, without a gap: NDJSON, or server-sent events" }),
});

type Asked = z.infer<typeof runEventQuery> & { runId?: string; subject?: Subject };

/** Streams that may be open at a time. */
const STREAMS = { total: 1_000, perTenant: 500, perPrincipal: 100 };

interface Streams {
  open: HeldOpen;
  cut: Counter;
}

/** `GET /events`: the log, filtered, by page or as a stream. */
export function registerEvents(app: FastifyInstance, deps: ResourceDeps & { metrics: Registry }): void {
  const streams: Streams = {
    open: new HeldOpen("streams", STREAMS, deps.metrics),
    cut: new Counter({
      name: "switchyard_streams_cut_total",
      help: "Streams ended because their reader took nothing.",
      registers: [deps.metrics],
    }),
  };
  const config = { doc: eventsDoc(eventQuery), longLived: true };
  app.get(`${BASE}/events`, { config }, async (request, reply) => {
    const { follow, logId, ...asked } = eventQuery.parse(request.query);
    const log = await readPosition(request.db);
    if (logId !== undefined && logId !== log.logId) throw logReplaced(log);
    reply.header("switchyard-log-id", log.logId);
    return follow ? stream(request, reply, deps, streams, asked, log) : answerEvents(request, deps, asked);
  });
}

/** One page of the log as an answer. Throws 410 when what is asked for is no longer kept. */
export async function answerEvents(request: FastifyRequest, deps: ResourceDeps, asked: Asked): Promise<Page<LogEvent>> {
  const { items, next } = await readLogPage(scopeOf(request, deps), toQuery(asked, await readPosition(request.db)));
  // While the page was read its beginning may have left.
  toQuery(asked, await readPosition(request.db));
  return { items, nextCursor: next === null ? null : encodeCursor([next]) };
}

function toQuery(asked: Asked, log: LogPosition): EventQuery {
  const { head, floor } = log;
  const { order, limit, type, subject, runId } = asked;
  const from = decodeCursor(asked.cursor, ["count"])?.[0];
  const after = order === "asc" ? (from ?? asked.after) : asked.after;
  const before = order === "desc" ? (from ?? asked.before) : asked.before;
  if ((after ?? 0) > head) throw logReplaced(log);
  if ((after ?? floor) < floor || (before ?? Number.MAX_SAFE_INTEGER) <= floor) throw positionGone(floor);
  return {
    after: after ?? floor,
    before: Math.min(before ?? Number.MAX_SAFE_INTEGER, head + 1),
    order,
    limit,
    ...(type && { types: type }),
    ...(subject && { subject }),
    ...(runId !== undefined && { runId }),
  };
}

async function stream(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: ResourceDeps,
  streams: Streams,
  asked: Asked,
  log: LogPosition,
): Promise<FastifyReply> {
  if (asked.order === "desc" || asked.before !== undefined) {
    throw new ProblemError(400, "malformed", "`follow` goes forward: leave out `before` and `order=desc`.", {
      errors: [
        { code: "contradiction", message: "cannot be followed", path: asked.before === undefined ? "order" : "before" },
      ],
    });
  }
  const format = wantsServerSentEvents(request) ? SERVER_SENT_EVENTS : NDJSON;
  const resumed = format === SERVER_SENT_EVENTS ? lastEventIdOf(request) : undefined;
  const query = toQuery(resumed === undefined ? asked : { ...asked, after: resumed }, log);
  reply.raw.once("close", streams.open.enter(request));
  const signal = signalOf(reply, deps.stopping);
  return sendEventStream(reply, format, followLog(deps.store, scopeOf(request, deps), query, signal), {
    onCut: () => {
      streams.cut.inc();
      request.log.info({ reqId: request.id, reason: "too_slow" }, "a stream was ended: its reader took nothing");
    },
  });
}

const wantsServerSentEvents = (request: FastifyRequest): boolean =>
  /(^|,)\s*text\/event-stream\s*(;|,|$)/i.test(request.headers.accept ?? "");

/** The position a browser's `EventSource` goes on from after a break. */
function lastEventIdOf(request: FastifyRequest): number | undefined {
  const given = request.headers["last-event-id"];
  if (given === undefined || given === "") return undefined;
  const parsed = position.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new ProblemError(400, "malformed", "Last-Event-ID must be a position of the log.", {
    errors: [{ code: "invalid_header", message: "must be a position of the log", path: "Last-Event-ID" }],
  });
}
