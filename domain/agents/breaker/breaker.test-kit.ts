import { SECOND_MS } from "../../kernel/time.ts";
import { type BreakerConfigInput, resolveBreakerConfig } from "./config.ts";
import { acquire, record, tick } from "./machine.ts";
import { type BreakerState, newBreaker } from "./state.ts";

/** Breakers in the states that tests start from. Their clock starts at `T0`. */
export const T0 = Date.parse("2026-11-21T12:00:00.000Z");
export const ok = { success: true };
export const failed = { success: false, error: "exit code 1" };

export const breakerWith = (config: BreakerConfigInput = {}) => newBreaker(resolveBreakerConfig(config), T0);
export const iso = (at: number) => new Date(at).toISOString();
/** Records calls at `at`: `x` fails, `.` succeeds. */
export const feed = (b: BreakerState, calls: string, at = T0) =>
  [...calls].reduce((next, call) => record(next, call === "x" ? failed : ok, at).breaker, b);
/** A breaker that opened at `T0` with the default of 30 s to wait. */
export const opened = (config: BreakerConfigInput = {}) => feed(breakerWith(config), "xxxxx");
/** A half-open breaker at `at`, with trials t1, t2 … in flight. */
export const halfOpen = (trials: number, at = T0 + 30 * SECOND_MS, config: BreakerConfigInput = {}) =>
  Array.from({ length: trials }, (_, i) => `t${i + 1}`).reduce(
    (b, permit) => acquire(b, at, permit).breaker,
    tick(opened(config), at).breaker,
  );
