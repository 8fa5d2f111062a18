import type { LogEvent } from "../../domain/kernel/event.ts";
import type { ReceiptHeader } from "../../domain/kernel/receipt.ts";
import type { Listed, Wire } from "../../domain/kernel/wire.ts";
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
  queues: Wire<"queue">[];
  sessions: Wire<"session">[];
  tasks: Wire<"task">[];
  approvals: Wire<"approval">[];
  /** `GET /runs?status=pending,running,blocked&order=asc`, as it came. */
  incomplete: Listed<"run">[];
  verified: { valid: boolean; checked: number; firstBad?: string };
}

/** How many runs' attempts are read. */
const TIMELINES = 10;

/** Reads everything over HTTP, again if the log moved meanwhile: timers may still fire. */
export async function readHistory(caller: Caller): Promise<History> {
  for (;;) {
    const before = await headOf(caller);
    const [receipts, listed, workstreams, jobs, agents, incomplete, queues, sessions, tasks, approvals] =
      await Promise.all([
        caller.all<History["receipts"][number]>("/receipts"),
        caller.all<Listed<"run">>("/runs"),
        caller.all<Wire<"workstream">>("/workstreams"),
        caller.all<Wire<"job">>("/jobs"),
        caller.all<AgentRow>("/agents"),
        caller.all<Listed<"run">>("/runs?status=pending,running,blocked&order=asc"),
        caller.all<Wire<"queue">>("/queues"),
        caller.all<Wire<"session">>("/sessions"),
        caller.all<Wire<"task">>("/tasks"),
        caller.all<Wire<"approval">>("/approvals"),
      ]);
    // A list leaves out what can be large: context, tokens, scopes.
    const runs: Wire<"run">[] = [];
    for (const { id } of listed) runs.push(await caller.get<Wire<"run">>(`/runs/${id}`));
    const shown = runs.slice(0, TIMELINES).map((run) => run.id);
    const timelines = await Promise.all(
      shown.map((runId) => caller.get<{ attempts: Wire<"attempt">[] }>(`/runs/${runId}/timeline`)),
    );
    const attempts = timelines.flatMap((timeline) => timeline.attempts);
    const events = await readEvents(caller);
    const verified = await caller.get<History["verified"]>("/receipts/verify");
    if ((await headOf(caller)) !== before) continue;
    receipts.reverse();
    const rows = { runs, workstreams, jobs, attempts, agents, queues, sessions, tasks, approvals };
    return { ...rows, events, receipts, incomplete, verified };
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
