import { type Reason, SENTENCES } from "../database/faults.ts";

/**
 * All error codes of the store. They are part of the HTTP and socket contracts: transports map them
 * (`server/http/kernel/problem.ts`), clients switch on them.
 */
export type StoreErrorCode =
  | "malformed"
  | "commit_refused"
  | "stale_expectation"
  | "stale_version"
  | "idempotency_mismatch"
  | "illegal_transition"
  | "unknown_entity"
  | "position_gone"
  | "log_replaced"
  | "not_there_yet"
  | "lane_full"
  | "database_away";

/** One of several faults: `index` and `type` name its mutation, `path` the field. */
export interface StoreFault {
  code: string;
  message: string;
  index?: number;
  type?: string;
  path?: string;
}

export interface StoreErrorOptions {
  /** All faults found, not only the first. */
  errors?: readonly StoreFault[];
  /**
   * Facts the caller can act on, such as `legal` (moves), `floor` (position) or the present row.
   */
  extra?: Readonly<Record<string, unknown>>;
  cause?: unknown;
}

/** A refusal with a stable code. Independent of transports, so without an HTTP status. */
export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly code: StoreErrorCode;
  readonly errors: readonly StoreFault[] | undefined;
  readonly extra: Readonly<Record<string, unknown>> | undefined;

  constructor(code: StoreErrorCode, message: string, options: StoreErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.errors = options.errors;
    this.extra = options.extra;
  }
}

/** The refusal while the database is unavailable, for a reason that is not the caller's. */
export function databaseAway(reason: Reason, cause?: unknown): StoreError {
  const message = `${SENTENCES[reason]}; try again`;
  return new StoreError("database_away", message, { extra: { reason, retryAfterSeconds: 1 }, cause });
}
