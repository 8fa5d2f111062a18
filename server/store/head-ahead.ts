import { Gauge, type Registry } from "prom-client";
import type { DatabaseClock } from "../database/clock.ts";
import { STEP_BACK_MS } from "./batch.ts";
import type { Committed } from "./types.ts";

/** Who is told that a log is ahead of the clock. */
export interface AheadLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
}

/**
 * Notices logs whose newest event lies ahead of the database's clock: that clock was wrong once and has been put right. Rows and timers go by the
 * right time, but events and receipts keep the head's time until the clock has come as far. Says so when it begins and when it is over,
 * and as `switchyard_log_ahead_seconds`, the furthest of all.
 */
export function watchAhead(clock: DatabaseClock, registry: Registry, log: AheadLog): (committed: Committed) => void {
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
  return ({ tenantId, at }) => {
    const time = Date.parse(at);
    const isAhead = time - clock.now() > STEP_BACK_MS;
    if (isAhead === ahead.has(tenantId)) return;
    if (!isAhead) {
      ahead.delete(tenantId);
      return log.info({ tenantId }, "the database's clock has caught up with the log");
    }
    ahead.set(tenantId, time);
    const facts = { tenantId, newestEvent: at, databaseTime: new Date(clock.now()).toISOString() };
    log.warn(
      facts,
      "the log is ahead of the database's clock, which was wrong once: events keep the later time, timers go by the clock",
    );
  };
}
