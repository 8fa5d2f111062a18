import { STATUS_CODES } from "node:http";
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { ZodError } from "zod";
import { faultOf } from "../../database/faults.ts";
import { databaseAway, StoreError, type StoreErrorCode } from "../../store/errors.ts";
import { readRefusalOf } from "./read-refusals.ts";

const CONTENT_TYPE = "application/problem+json; charset=utf-8";

/**
 * RFC 9457. `type` is a reference into this server's own documentation; `code` repeats its last
 * part for switches.
 */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  /** Every single fault; empty when `detail` says it all. */
  errors: readonly unknown[];
  [extension: string]: unknown;
}

export interface ProblemOptions {
  errors?: readonly unknown[];
  headers?: Readonly<Record<string, string>>;
  /** Further members of the answer; they cannot replace the standard ones. */
  extra?: Readonly<Record<string, unknown>>;
  cause?: unknown;
}

/**
 * An answer other than success, thrown by routes and hooks of this room. `detail` is shown to the
 * caller.
 */
export class ProblemError extends Error {
  override readonly name = "ProblemError";
  readonly status: number;
  readonly code: string;
  readonly errors: readonly unknown[] | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly extra: Readonly<Record<string, unknown>> | undefined;

  constructor(status: number, code: string, detail: string, options: ProblemOptions = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause });
    this.status = status;
    this.code = code;
    this.errors = options.errors;
    this.headers = options.headers ?? {};
    this.extra = options.extra;
  }

  toProblem(): Problem {
    return {
      ...this.extra,
      type: `/docs#problem-${this.code}`,
      title: STATUS_CODES[this.status] ?? "Error",
      status: this.status,
      detail: this.message,
      code: this.code,
      errors: this.errors ?? [],
    };
  }
}

const STORE_STATUS: Record<StoreErrorCode, number> = {
  malformed: 400,
  commit_refused: 422,
  stale_expectation: 409,
  stale_version: 412,
  idempotency_mismatch: 422,
  illegal_transition: 409,
  unknown_entity: 404,
  position_gone: 410,
  log_replaced: 410,
  not_there_yet: 425,
  lane_full: 503,
  database_away: 503,
};

const RETRY_SOON = { "retry-after": "1" };

const FASTIFY_PROBLEMS: Readonly<Record<string, readonly [status: number, code: string, detail: string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: [413, "body_too_large", "The body is larger than this endpoint takes."],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [415, "unsupported_media_type", "Send the body as application/json."],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [400, "malformed_body", "The body's size differs from Content-Length."],
  FST_ERR_BAD_URL: [400, "malformed_url", "The URL's path is not valid."],
  FST_ERR_MAX_PARAM_LENGTH: [414, "uri_too_long", "A part of the URL's path is too long."],
};

/**
 * The one mapping from errors to answers. Anything it does not know becomes a 500 whose text says
 * nothing of the cause; the error handler logs that cause.
 */
export function toProblemError(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  const refused = readRefusalOf(error);
  if (refused)
    return new ProblemError(refused.status, refused.code, refused.detail, { headers: refused.headers, cause: error });
  if (error instanceof StoreError) {
    const status = STORE_STATUS[error.code];
    return new ProblemError(status, error.code, error.message, {
      ...(error.errors === undefined ? {} : { errors: error.errors }),
      ...(error.extra === undefined ? {} : { extra: error.extra }),
      ...(status === 503 || status === 425 ? { headers: RETRY_SOON } : {}),
      cause: error,
    });
  }
  if (error instanceof ZodError) {
    const errors = error.issues.map((issue) => ({
      path: issue.path.map(String).join("."),
      code: issue.code,
      message: issue.message,
    }));
    return new ProblemError(400, "malformed", "The request does not match its contract.", { errors, cause: error });
  }
  const fault = faultOf(error);
  if (fault?.about === "state") return toProblemError(databaseAway(fault.reason, error));
  return (
    fromFastify(error) ?? new ProblemError(500, "internal", "Something went wrong on the server.", { cause: error })
  );
}

function fromFastify(error: unknown): ProblemError | null {
  if (!(error instanceof Error)) return null;
  const { code = "", statusCode = 500 } = error as Partial<FastifyError>;
  const known = FASTIFY_PROBLEMS[code];
  if (known !== undefined) return new ProblemError(...known, { cause: error });
  if (code.startsWith("FST_") && statusCode >= 400 && statusCode < 500) {
    return new ProblemError(statusCode, "bad_request", STATUS_CODES[statusCode] ?? "Bad request", { cause: error });
  }
  return null;
}

/** Sends an error as problem+json and logs it when the fault is the server's. */
export function sendProblem(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = toProblemError(error);
  if (problem.status === 500) {
    request.log.error(
      { err: error, reqId: request.id, method: request.method, route: request.routeOptions.url },
      "failed",
    );
  }
  return reply
    .code(problem.status)
    .headers(problem.headers)
    .type(CONTENT_TYPE)
    .send(
      JSON.stringify(problem.status < 500 ? problem.toProblem() : { ...problem.toProblem(), requestId: request.id }),
    );
}

/**
 * Installs the error and not-found answers on the root instance; they hold for every route
 * registered under it.
 */
export function installProblems(app: FastifyInstance): void {
  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply));
}

/** The answer for a path that leads nowhere. The query stays out of it: it may hold a secret. */
export function notFound(request: FastifyRequest): ProblemError {
  return new ProblemError(404, "not_found", `There is no ${request.method} ${request.url.split("?", 1)[0]}.`);
}
