import type { CommitFault } from "../domain/commit/commit.ts";
import { beginningOf } from "../domain/kernel/text.ts";

/** What a problem answer (RFC 9457) of the server holds, as far as clients switch on it. */
interface ProblemBody {
  code?: string;
  detail?: string;
  title?: string;
  errors?: CommitFault[];
  legal?: string[];
}

/**
 * Any call that did not succeed. `status` is the HTTP status, or 0 when there was no answer (`code` is then `network` or `timeout`).
 * `code` is the server's stable code; `errors` are all faults of a refused commit; `legal` the moves that would be legal.
 */
export class SwitchyardError extends Error {
  override readonly name = "SwitchyardError";
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors: readonly CommitFault[];
  readonly legal: readonly string[];
  /** The whole body of the answer: a lost race carries the row as it now is. */
  readonly body: unknown;
  /** How long the server asked to wait, in ms. */
  readonly retryAfterMs: number | undefined;

  constructor(status: number, code: string, detail: string, more: ErrorMore = {}) {
    super(withFaults(detail, more.errors ?? []), more.cause === undefined ? undefined : { cause: more.cause });
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.errors = more.errors ?? [];
    this.legal = more.legal ?? [];
    this.body = more.body;
    this.retryAfterMs = more.retryAfterMs;
  }

  /**
   * Whether the same call may succeed later: no answer, too many requests, or anything that is the server's fault or that of what stands
   * before it (408, everything from 500, and a 404 that is not the server's own: a proxy that has lost sight of it), which says nothing about what
   * was sent.
   */
  get retryable(): boolean {
    const { status } = this;
    if (status === 0) return this.code === "network" || this.code === "timeout";
    return status === 408 || status === 429 || status >= 500 || this.code === "http_404";
  }

  /** Whether the answer, or any fault in it, has this code. */
  has(code: string): boolean {
    return this.code === code || this.errors.some((fault) => fault.code === code);
  }
}

const MOST_TOLD = 3;
const LONGEST = 1000;

/** What went wrong, with the faults that were found: "The request does not match its contract: mutations[0].result.n: …". */
function withFaults(detail: string, errors: readonly CommitFault[]): string {
  const faults = errors.map(({ message }) => message).filter((one) => typeof one === "string" && !detail.includes(one));
  if (faults.length === 0) return detail;
  const more = faults.length > MOST_TOLD ? ` (and ${faults.length - MOST_TOLD} more)` : "";
  return beginningOf(`${detail.replace(/\.$/, "")}: ${faults.slice(0, MOST_TOLD).join("; ")}`, LONGEST) + more;
}

interface ErrorMore {
  errors?: readonly CommitFault[];
  legal?: readonly string[];
  body?: unknown;
  retryAfterMs?: number;
  cause?: unknown;
}

/** The error of an answer that is not a success. `text` is its body, JSON or not; `now` our clock, for an answer that does not say its own. */
export function errorOfAnswer(status: number, text: string, headers: Headers, now: number): SwitchyardError {
  const body = parse(text);
  const problem: ProblemBody = typeof body === "object" && body !== null ? body : {};
  const legal = problem.legal ?? problem.errors?.find((fault) => fault.legal)?.legal;
  const retryAfterMs = parseRetryAfter(headers.get("retry-after"), timeOf(headers.get("date")) ?? now);
  return new SwitchyardError(
    status,
    problem.code ?? `http_${status}`,
    problem.detail ?? problem.title ?? `HTTP ${status}`,
    {
      body,
      ...(Array.isArray(problem.errors) && { errors: problem.errors }),
      ...(legal && { legal }),
      ...(retryAfterMs !== undefined && { retryAfterMs }),
    },
  );
}

/** Longer is not waited, whatever is asked for: a day. Timers hold 24. */
const LONGEST_WAIT_MS = 86_400_000;

/**
 * `Retry-After` as ms: seconds, or an HTTP date, which is one of the clock of whoever answers (`now` is the answer's `Date`); undefined when it is
 * neither.
 */
export function parseRetryAfter(value: string | null, now: number): number | undefined {
  const text = value?.trim() ?? "";
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : (timeOf(text) ?? Number.NaN) - now;
  return Number.isNaN(wait) ? undefined : Math.min(LONGEST_WAIT_MS, Math.max(0, wait));
}

const HTTP_DATE = /^[A-Z][a-z]{2,8}, \d{2}[ -][A-Z][a-z]{2}[ -]\d{2,4} \d{2}:\d{2}:\d{2} GMT$/;

/** The time of an HTTP date, undefined when it is none. */
function timeOf(text: string | null): number | undefined {
  const time = HTTP_DATE.test(text ?? "") ? Date.parse(text ?? "") : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}

/** Whether the caller no longer holds the job: its lease ran out, someone else ended it, or it is not there at all. */
export function isLeaseLost(error: unknown): boolean {
  return error instanceof SwitchyardError && (error.has("lease_lost") || error.has("not_found"));
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
