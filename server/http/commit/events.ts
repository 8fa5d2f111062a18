import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { Counter, type Registry } from "prom-client";
import { eventEndpoints, position } from "../../../domain/commit/endpoints.ts";
import type { QueryOf } from "../../../domain/kernel/endpoint.ts";
import type { LogEvent } from "../../../domain/kernel/event.ts";
import type { Subject } from "../../../domain/kernel/tx.ts";
import { type EventQuery, readLogPage } from "../../store/reads/commit/events.ts";
import { logReplaced, positionGone, readPosition } from "../../store/reads/commit/position.ts";
import { decodeCursor, encodeCursor, type Page } from "../../store/reads/kernel/page.ts";
import type { LogPosition } from "../../store/types.ts";
import { HeldOpen } from "../kernel/held-open.ts";
import { ProblemError } from "../kernel/problem.ts";
import { type ResourceDeps, scopeOf, signalOf } from "../kernel/resource.ts";
import { type Call, route } from "../kernel/route.ts";
import { NDJSON, SERVER_SENT_EVENTS, sendEventStream } from "./event-stream.ts";
import { followLog } from "./log-stream.ts";

type Asked = QueryOf<typeof eventEndpoints.ofRun> & { runId?: string | undefined; subject?: Subject | undefined };

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
  const list = async ({ request, reply, query }: Call<typeof eventEndpoints.list>) => {
    const { follow, logId, ...asked } = query;
    const log = await readPosition(request.db);
    if (logId !== undefined && logId !== log.logId) throw logReplaced(log);
    reply.header("switchyard-log-id", log.logId);
    return follow ? stream(request, reply, deps, streams, asked, log) : answerEvents(request, deps, asked);
  };
  route(app, eventEndpoints.list, list, { longLived: true });
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
