import { setMaxListeners } from "node:events";
import type { FastifyReply, FastifyRequest } from "fastify";
import { id } from "../../../domain/kernel/primitives.ts";
import type { PrismaClient } from "../../database/generated/client.ts";
import { readPosition } from "../../store/reads/commit/position.ts";
import type { Scope } from "../../store/reads/kernel/scope.ts";
import type { Committer, Store } from "../../store/types.ts";
import type { LongReads } from "./long-reads.ts";
import { actorOf, principalScope } from "./principal.ts";
import { ProblemError } from "./problem.ts";
import { traceIdOf } from "./trace.ts";

/** What resources are registered with. */
export interface ResourceDeps {
  store: Store;
  prisma: PrismaClient;
  longReads: LongReads;
  /** Aborted when the server begins to stop: long polls and streams answer then. */
  stopping: AbortSignal;
}

export const BASE = "/api/v1";

/** A query with its run under one name. */
export function withRun<Q extends { run?: string | undefined; runId?: string | undefined }>({ run, ...query }: Q) {
  return { ...query, runId: query.runId ?? run };
}

/** The `{id}` (or `{key}`) of a path. Throws 400 when it cannot be an id. */
export function pathId(request: FastifyRequest): string {
  const { id: given } = request.params as { id: string };
  const parsed = id.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ProblemError(400, "malformed", "The id in the path cannot be an id.", {
    errors: [{ code: "invalid_id", message: issue?.message ?? "is no id", path: "id" }],
  });
}

/** Throws 425 while the log has not come as far as `minSeq`. */
export async function mustBeAt(request: FastifyRequest, minSeq: number): Promise<void> {
  const { head } = await readPosition(request.db);
  if (head >= minSeq) return;
  throw new ProblemError(425, "not_there_yet", `The log is at ${head}; position ${minSeq} is still to come.`, {
    headers: { "retry-after": "1" },
    extra: { head },
  });
}

/** The row, or 404. */
export function found<T>(row: T | null, kind: string, id: string): T {
  if (row !== null) return row;
  throw new ProblemError(404, "not_found", `${kind} ${id} does not exist`);
}

/** For reads in raw SQL: the caller's tenant. */
export function scopeOf(request: FastifyRequest, deps: ResourceDeps): Scope {
  return { prisma: deps.prisma, tenantId: request.principal.tenantId, now: deps.store.now() };
}

/** Aborts when the client has gone, or when the server stops: for answers that take their time. */
export function signalOf(reply: FastifyReply, stopping: AbortSignal): AbortSignal {
  // As many as wait at once.
  setMaxListeners(0, stopping);
  const over = new AbortController();
  const abort = () => over.abort();
  reply.raw.once("close", () => {
    stopping.removeEventListener("abort", abort);
    abort();
  });
  if (stopping.aborted) abort();
  else stopping.addEventListener("abort", abort, { once: true });
  return over.signal;
}

export function committerOf(request: FastifyRequest): Committer {
  const { principal } = request;
  return { id: principalScope(principal), actor: actorOf(principal), traceId: traceIdOf(request) };
}

const PRINTABLE = /^[\x20-\x7e]{1,200}$/;

/**
 * The Idempotency-Key header, if there is one. Throws 400 when it is not 1–200 printable
 * characters.
 */
export function idempotencyKeyOf(request: FastifyRequest): string | undefined {
  const given = request.headers["idempotency-key"];
  if (given === undefined) return undefined;
  if (typeof given === "string" && PRINTABLE.test(given)) return given;
  throw new ProblemError(400, "malformed", "Idempotency-Key must be 1–200 printable ASCII characters.", {
    errors: [{ code: "invalid_header", message: "must be 1–200 printable ASCII characters", path: "Idempotency-Key" }],
  });
}
