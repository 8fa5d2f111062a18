import type { LogEvent } from "../../domain/event.ts";
import type { ReceiptHeader } from "../../domain/receipt.ts";
import type { Wire } from "../../domain/wire.ts";
import type { Caller } from "./caller.ts";

export type AgentRow = Wire<"agent"> & { breaker: Wire<"breaker"> | null; statistics: Wire<"statistics"> | null };

/** All that the server says after the fault, true at one position of the log. */
export interface History {
  events: LogEvent[];
  /** Oldest first. */
  receipts: (ReceiptHeader & { hash: string })[];
  runs: Wire<"run">[];
  workstreams: Wire<"workstream">[];
  jobs: Wire<"job">[];
  agents: AgentRow[];
  attempts: Wire<"attempt">[];
  /** `GET /runs?status=pending,running,blocked&order=asc`, as it came. */
  incomplete: Wire<"run">[];
  verified: { valid: boolean; checked: number; firstBad?: string };
}

/** How many runs' attempts are read. */
const TIMELINES = 10;

/** Reads everything over HTTP, again if the log moved meanwhile: timers may still fire. */
export async function readHistory(caller: Caller): Promise<History> {
  for (;;) {
    const before = await headOf(caller);
    const [receipts, runs, workstreams, jobs, agents, incomplete] = await Promise.all([
      caller.all<History["receipts"][number]>("/receipts"),
      caller.all<Wire<"run">>("/runs"),
      caller.all<Wire<"workstream">>("/workstreams"),
      caller.all<Wire<"job">>("/jobs"),
      caller.all<AgentRow>("/agents"),
      caller.all<Wire<"run">>("/runs?status=pending,running,blocked&order=asc"),
    ]);
    const shown = runs.slice(0, TIMELINES).map((run) => run.id);
    const timelines = await Promise.all(
      shown.map((runId) => caller.get<{ attempts: Wire<"attempt">[] }>(`/runs/${runId}/timeline`)),
    );
    const attempts = timelines.flatMap((timeline) => timeline.attempts);
    const events = await readEvents(caller);
    const verified = await caller.get<History["verified"]>("/receipts/verify");
    if ((await headOf(caller)) !== before) continue;
    receipts.reverse();
    return { events, receipts, runs, workstreams, jobs, agents, attempts, incomplete, verified };
  }
}

async function headOf(caller: Caller): Promise<number> {
  return (await caller.get<{ head: number }>("/summary")).head;
}

export async function readEvents(caller: Caller): Promise<LogEvent[]> {
  const events: LogEvent[] = [];
  for (;;) {
    const after = events.at(-1)?.seq ?? 0;
    const page = await caller.get<{ items: LogEvent[] }>(`/events?after=${after}&limit=1000&order=asc`);
    events.push(...page.items);
    if (page.items.length < 1000) return events;
  }
}
