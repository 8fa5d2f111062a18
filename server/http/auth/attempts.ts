export interface AttemptsOptions {
  /** Failures allowed per window. */
  limit: number;
  windowMs: number;
  now?: () => number;
}

/**
 * The most callers remembered; beyond it the oldest is forgotten, so the table cannot be made to
 * grow.
 */
const MAX_CALLERS = 10_000;

/**
 * Counts failed attempts per caller in fixed windows. Against guessing by hand: keys are too long
 * to be guessed.
 */
export class Attempts {
  private readonly failures = new Map<string, { count: number; until: number }>();
  private readonly options: AttemptsOptions;
  private readonly now: () => number;

  constructor(options: AttemptsOptions) {
    this.options = options;
    this.now = options.now ?? (() => performance.now());
  }

  /** 0 when the caller may try, else how many whole seconds it has to wait. */
  waitSeconds(caller: string): number {
    const seen = this.failures.get(caller);
    if (seen === undefined || seen.until <= this.now() || seen.count < this.options.limit) return 0;
    return Math.ceil((seen.until - this.now()) / 1_000);
  }

  /** Notes a failed attempt. */
  fail(caller: string): void {
    const now = this.now();
    const seen = this.failures.get(caller);
    if (seen !== undefined && seen.until > now) {
      seen.count++;
      return;
    }
    this.failures.delete(caller);
    this.failures.set(caller, { count: 1, until: now + this.options.windowMs });
    if (this.failures.size <= MAX_CALLERS) return;
    const oldest = this.failures.keys().next();
    if (!oldest.done) this.failures.delete(oldest.value);
  }
}
