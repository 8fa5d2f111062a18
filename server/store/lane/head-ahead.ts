import { Gauge, type Registry } from "prom-client";
import { iso } from "../../../domain/kernel/primitives.ts";
import type { DatabaseClock } from "../../database/clock.ts";
import { STEP_BACK_MS } from "./batch.ts";

const BEHIND =
  "the database's clock is behind the log: it was ahead once, or is wrong now; events keep the later time, timers go by the clock";

/** Reports that a log is ahead of the clock. */
export interface AheadLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
}

/**
 * Detects logs whose newest event is later than the database's clock: the clock was wrong and has
 * been corrected, or it is wrong now. Rows and timers use the clock, but events and receipts keep
 * the head's time until the clock has caught up. Logs when that begins and ends, and exports the
 * largest lead of all tenants as `switchyard_log_ahead_seconds`. Call the returned function with a
 * log's newest time (epoch ms) whenever it is read; it returns how far the log is ahead, ms, or 0.
 */
export function watchAhead(
  clock: DatabaseClock,
  registry: Registry,
  log: AheadLog,
): (tenantId: string, newest: number) => number {
  const ahead = new Map<string, number>();
  const msOf = (at: number) => Math.max(0, at - clock.now());
  new Gauge({
    name: "switchyard_log_ahead_seconds",
    help: "How far the newest event's time lies ahead of the database's clock, which was wrong once; 0 as a rule",
    registers: [registry],
    collect() {
      this.set(Math.max(0, ...[...ahead.values()].map(msOf)) / 1000);
    },
  });
  return (tenantId, newest) => {
    const was = ahead.has(tenantId);
    if (newest - clock.now() <= STEP_BACK_MS) {
      ahead.delete(tenantId);
      if (was) log.info({ tenantId }, "the database's clock has caught up with the log");
      return 0;
    }
    ahead.set(tenantId, newest);
    if (!was) log.warn({ tenantId, newestEvent: iso(newest), databaseTime: iso(clock.now()) }, BEHIND);
    return msOf(newest);
  };
}
