import { NoPlace, type Refusal } from "../../database/fair-share.ts";
import { StoreError } from "../../store/errors.ts";

/** The answer to a read that was not begun, or not finished. */
export interface ReadRefusal {
  status: number;
  code: string;
  detail: string;
  headers: { readonly [name: string]: string };
}

/** How long who was turned away should wait, s. */
const SOON = { "retry-after": "1" };
const LATER = { "retry-after": "5" };
/** SQLSTATE of a statement that took longer than a statement may. */
const TOOK_TOO_LONG = "57014";

const REFUSALS: { readonly [refusal in Refusal]: ReadRefusal } = {
  own_share: {
    status: 429,
    code: "too_many_reads",
    detail: "Too many reads of this key or person are waiting; ask for less at a time.",
    headers: SOON,
  },
  all: { status: 503, code: "reads_busy", detail: "Too many reads are waiting; try again.", headers: SOON },
  gone: { status: 503, code: "caller_gone", detail: "Nobody waits for this answer any more.", headers: SOON },
};

const TIMED_OUT: ReadRefusal = {
  status: 503,
  code: "read_took_too_long",
  detail: "The read took too long and was ended; ask for less at a time.",
  headers: LATER,
};

interface ErrorLike {
  code?: unknown;
  originalCode?: unknown;
  cause?: unknown;
  /** Where Prisma keeps what the driver said. */
  meta?: { driverAdapterError?: unknown };
}

/**
 * What to answer where a reader got no place, or its statement was ended; null for any other error.
 * Looks through what wraps errors.
 */
export function readRefusalOf(error: unknown): ReadRefusal | null {
  // A commit's statement that was ended is the store's to explain.
  const mayTimeOut = !(error instanceof StoreError);
  let at: unknown = error;
  for (let depth = 0; depth < 6 && typeof at === "object" && at !== null; depth++) {
    if (at instanceof NoPlace) return REFUSALS[at.refusal];
    const { code, originalCode, cause, meta } = at as ErrorLike;
    if (mayTimeOut && (code === TOOK_TOO_LONG || originalCode === TOOK_TOO_LONG)) return TIMED_OUT;
    at = cause ?? meta?.driverAdapterError;
  }
  return null;
}
