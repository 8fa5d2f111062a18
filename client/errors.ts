import type { CommitFault } from "../domain/commit.ts";

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
   * before it (408 and everything from 500), which says nothing about what was sent.
   */
  get retryable(): boolean {
    const { status } = this;
    if (status === 0) return this.code === "network" || this.code === "timeout";
    return status === 408 || status === 429 || status >= 500;
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
  return `${detail.replace(/\.$/, "")}: ${faults.slice(0, MOST_TOLD).join("; ")}`.slice(0, LONGEST) + more;
}

interface ErrorMore {
  errors?: readonly CommitFault[];
  legal?: readonly string[];
  body?: unknown;
  retryAfterMs?: number;
  cause?: unknown;
}

/** The error of an answer that is not a success. `text` is its body, JSON or not. */
export function errorOfAnswer(status: number, text: string, retryAfter: string | null, now: number): SwitchyardError {
  const body = parse(text);
  const problem: ProblemBody = typeof body === "object" && body !== null ? body : {};
  const legal = problem.legal ?? problem.errors?.find((fault) => fault.legal)?.legal;
  const retryAfterMs = parseRetryAfter(retryAfter, now);
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

/** `Retry-After` as ms from `now`: seconds or an HTTP date; undefined when it is neither. */
export function parseRetryAfter(value: string | null, now: number): number | undefined {
  if (value === null || value.trim() === "") return undefined;
  if (/^\d+$/.test(value.trim())) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
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
