import { DAY_MS } from "../../domain/kernel/time.ts";

/** The longest wait: a day. Timers hold 24. */
const LONGEST_WAIT_MS = DAY_MS;

/**
 * `Retry-After` as ms: seconds, or an HTTP date, which is one by the clock of the server that
 * answers (`now` is the answer's `Date`); undefined when it is neither.
 */
export function parseRetryAfter(value: string | null, now: number): number | undefined {
  const text = value?.trim() ?? "";
  const wait = /^\d+$/.test(text) ? Number(text) * 1000 : (parseHttpDate(text) ?? Number.NaN) - now;
  return Number.isNaN(wait) ? undefined : Math.min(LONGEST_WAIT_MS, Math.max(0, wait));
}

const HTTP_DATE = /^[A-Z][a-z]{2,8}, \d{2}[ -][A-Z][a-z]{2}[ -]\d{2,4} \d{2}:\d{2}:\d{2} GMT$/;

/** The time of an HTTP date (epoch ms), undefined when it is none. */
export function parseHttpDate(text: string | null): number | undefined {
  const time = HTTP_DATE.test(text ?? "") ? Date.parse(text ?? "") : Number.NaN;
  return Number.isNaN(time) ? undefined : time;
}
