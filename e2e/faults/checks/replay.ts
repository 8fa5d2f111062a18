import type { LogEvent } from "../../../domain/kernel/event.ts";
import type { Wire } from "../../../domain/kernel/wire.ts";
import { createReplay } from "../../../domain/replay/replay.ts";
import type { History } from "../history.ts";

/** A row as it is sent, in whatever detail. */
type Row = Pick<Wire, "kind" | "id">;

/**
 * Columns that are not in the log: positions and versions count commits, and of the breaker nobody
 * is shown the epoch.
 */
const NOT_TOLD = new Set(["seq", "version", "breakerEpoch"]);

/**
 * The log, folded from its beginning, gives the very rows that are stored: nothing has changed
 * without saying so, or said so in vain.
 */
export function checkReplay({ events, runs, workstreams, jobs, attempts }: History): string[] {
  const faults: string[] = [];
  const byRun = new Map<string, LogEvent[]>();
  for (const event of events) {
    if (event.runId === undefined) continue;
    const of = byRun.get(event.runId);
    if (of) of.push(event);
    else byRun.set(event.runId, [event]);
  }
  const stored = new Map<string, Row>();
  for (const row of [...runs, ...workstreams, ...jobs, ...attempts]) stored.set(`${row.kind} ${row.id}`, row);
  for (const [runId, of] of byRun) {
    const view = createReplay(of).after(of.length);
    const folded: (Row | null)[] = [view.run, ...view.workstreams.values(), ...view.jobs.values()];
    if (!view.run) faults.push(`run ${runId} has events and none that made it`);
    for (const row of [...folded, ...view.attempts.values()]) {
      const is = row && stored.get(`${row.kind} ${row.id}`);
      // Attempts are read of some runs only.
      if (!row || (!is && row.kind === "attempt")) continue;
      if (!is) faults.push(`${row.kind} ${row.id} is in the log and not stored`);
      else faults.push(...differences(row, is));
    }
  }
  return faults;
}

function differences(replayed: Row, is: Row): string[] {
  const [a, b] = [replayed, is] as unknown as [{ [column: string]: unknown }, { [column: string]: unknown }];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])]
    .filter((column) => !NOT_TOLD.has(column) && canonical(a[column]) !== canonical(b[column]))
    .map((column) => {
      return `${is.kind} ${is.id} has ${column} ${canonical(b[column])}; its events say ${canonical(a[column])}`;
    });
}

/** JSON with its keys in order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
