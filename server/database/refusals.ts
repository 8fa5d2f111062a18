import { Counter, type Registry } from "prom-client";
import type { Refusal } from "./connections.ts";
import { reasonOfState, SENTENCES } from "./faults.ts";

export interface RefusalsDeps {
  registry: Registry;
  log: { warn(facts: object, message: string): void };
  /** One line for each SQLSTATE in this time, ms. */
  quietMs?: number;
}

const QUIET_MS = 30_000;
/** Somebody has hung up and does not wait for the answer any more. */
const ON_REQUEST = /due to user request$/;

/**
 * Counts what the database refuses for another reason than the data, and logs its cause: one line
 * for each kind in half a minute.
 */
export function createRefusals({ registry, log, quietMs = QUIET_MS }: RefusalsDeps): (refusal: Refusal) => void {
  const counter = new Counter({
    name: "switchyard_database_errors_total",
    help: "Statements that the database has refused for a reason other than the data, by SQLSTATE.",
    labelNames: ["code"] as const,
    registers: [registry],
  });
  const said = new Map<string, { at: number; since: number }>();
  return ({ code, message }) => {
    counter.inc({ code });
    if (ON_REQUEST.test(message)) return;
    const now = performance.now();
    const before = said.get(code);
    if (before && now - before.at < quietMs) {
      before.since += 1;
      return;
    }
    said.set(code, { at: now, since: 0 });
    const reason = reasonOfState(code);
    const more = before && before.since > 0 ? { alsoSince: before.since } : {};
    log.warn({ code, reason, message, ...more }, `a statement was refused: ${SENTENCES[reason]}`);
  };
}
