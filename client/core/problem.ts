import type { CommitFault } from "../../domain/commit/commit.ts";
import { beginningOf } from "../../domain/kernel/text.ts";
import { parseHttpDate, parseRetryAfter } from "./retry-after.ts";

interface ErrorMore {
  errors?: readonly CommitFault[];
  legal?: readonly string[];
  body?: ProblemBody;
  retryAfterMs?: number;
  cause?: unknown;
}

/**
 * The body of a refusal (RFC 9457). Only its fields' names are known: something on the way may have
 * answered.
 */
export interface ProblemBody {
  readonly [field: string]: unknown;
}

/**
 * Any call that did not succeed. `status` is the HTTP status, or 0 when there was no answer (`code`
 * is then `network` or `timeout`). `code` is the server's stable code; `errors` are all faults of a
 * refused request; `legal` the moves that would be legal. `detail` is the server's sentence,
 * `message` the same with the first faults.
 */
export class SwitchyardError extends Error {
  override readonly name = "SwitchyardError";
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly errors: readonly CommitFault[];
  readonly legal: readonly string[];
  /**
   * The whole body of the answer, empty when it is no JSON object: a lost race carries the row as
   * it is now in `row`.
   */
  readonly body: ProblemBody;
  /** How long the server asked to wait, in ms. */
  readonly retryAfterMs: number | undefined;

  constructor(status: number, code: string, detail: string, more: ErrorMore = {}) {
    super(withFaults(detail, more.errors ?? []), more.cause === undefined ? undefined : { cause: more.cause });
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.errors = more.errors ?? [];
    this.legal = more.legal ?? [];
    this.body = more.body ?? {};
    this.retryAfterMs = more.retryAfterMs;
  }

  /**
   * Whether the same call may succeed later: no answer, too many requests, or anything that is the
   * server's fault or that of what stands before it (408, everything from 500, and a 404 that is
   * not the server's own: a proxy that has lost sight of it), which says nothing about what was
   * sent.
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

/**
 * Whatever was thrown, as the error that callers show: a fault of our own has the code `internal`.
 */
export const errorOf = (thrown: unknown): SwitchyardError =>
  thrown instanceof SwitchyardError ? thrown : new SwitchyardError(0, "internal", String(thrown), { cause: thrown });

const MOST_TOLD = 3;
const LONGEST = 1000;

/**
 * What went wrong, with the first faults: "The request does not match its contract:
 * mutations[0].result.n: …".
 */
function withFaults(detail: string, errors: readonly CommitFault[]): string {
  const faults = errors.map(({ message }) => message).filter((one) => !detail.includes(one));
  if (faults.length === 0) return detail;
  const more = faults.length > MOST_TOLD ? ` (and ${faults.length - MOST_TOLD} more)` : "";
  return beginningOf(`${detail.replace(/\.$/, "")}: ${faults.slice(0, MOST_TOLD).join("; ")}`, LONGEST) + more;
}

/** What of an answer an error is made of. */
type Answer = Pick<Response, "status" | "statusText" | "headers">;

/**
 * The error of an answer that is not a success.
 *
 * @param text its body, JSON or not
 * @param now our clock (epoch ms), for an answer that does not say its own
 */
export function errorOfAnswer({ status, statusText, headers }: Answer, text: string, now: number): SwitchyardError {
  const body = parse(text);
  const { detail, title, code } = body;
  const errors = listOf(body.errors).filter(isFault);
  const legal = listOf(body.legal ?? errors.find((fault) => fault.legal)?.legal).map(String);
  const retryAfterMs = parseRetryAfter(headers.get("retry-after"), parseHttpDate(headers.get("date")) ?? now);
  const words = [detail, title].find((one) => typeof one === "string");
  return new SwitchyardError(
    status,
    typeof code === "string" ? code : `http_${status}`,
    typeof words === "string" ? words : `The server answered ${status} ${statusText}`.trim(),
    { body, errors, legal, ...(retryAfterMs !== undefined && { retryAfterMs }) },
  );
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const isFault = (value: unknown): value is CommitFault =>
  typeof value === "object" && value !== null && "message" in value && typeof value.message === "string";

function parse(text: string): ProblemBody {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === "object" && body !== null && !Array.isArray(body) ? (body as ProblemBody) : {};
  } catch {
    return {};
  }
}
