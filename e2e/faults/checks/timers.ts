import type { EventType } from "../../../domain/events.ts";
import type { LogEvent } from "../../../domain/kernel/event.ts";
import { isAbout, isEvent } from "../../../domain/kernel/read-event.ts";
import { isFinalRun, RUN_MOVES, type RunStatus } from "../../../domain/kernel/statuses.ts";
import type { History } from "../history.ts";

/**
 * The latest that what became due while nothing ran may fire after the server is ready, ms. Only a
 * stopped clock takes so long.
 */
const LATEST_MS = 5_000;

/**
 * Runs move as they may, end at their deadline once and not before it; incomplete ones are found,
 * the oldest first.
 */
export function checkRuns({ events, runs, incomplete }: History): string[] {
  const faults: string[] = [];
  const lives = new Map<string, { status: RunStatus; deadline: number; timeoutMs: number | null }>();
  for (const event of events) {
    const { seq, subject, at } = event;
    const deadlineFrom = (timeoutMs: number | null) =>
      timeoutMs === null ? Number.POSITIVE_INFINITY : Date.parse(at) + timeoutMs;
    if (isEvent(event, "run.created")) {
      const { timeoutMs } = event.payload;
      lives.set(subject.id, { status: "pending", deadline: deadlineFrom(timeoutMs), timeoutMs });
      continue;
    }
    const run = lives.get(subject.id);
    if (!run || !isEvent(event, "run.transitioned", "run.retried")) continue;
    if (event.type === "run.retried") {
      if (!isFinalRun(run.status) || run.status === "completed")
        faults.push(`event ${seq} retries a ${run.status} run`);
      run.status = "running";
      run.deadline = deadlineFrom(run.timeoutMs);
      continue;
    }
    const { from, to, reason } = event.payload;
    if (from !== run.status || !RUN_MOVES[run.status].includes(to)) {
      faults.push(`event ${seq} moves run ${subject.id} from ${from} (${run.status}) to ${to}`);
    }
    const byDeadline = String(reason).startsWith("deadline passed");
    if (byDeadline && Date.parse(at) < run.deadline)
      faults.push(`event ${seq} ends run ${subject.id} before its deadline`);
    run.status = to;
  }
  for (const run of runs) {
    const status = lives.get(run.id)?.status;
    if (run.status !== status) faults.push(`run ${run.id} is ${run.status}; its events say ${status}`);
  }
  if (runs.length !== lives.size) faults.push(`there are ${runs.length} runs, and ${lives.size} by the events`);
  const open = runs.filter((run) => !isFinalRun(run.status)).map((run) => run.id);
  const listed = incomplete.map((run) => run.id);
  if (String([...open].sort()) !== String([...listed].sort()))
    faults.push(`incomplete runs are ${open}; the list says ${listed}`);
  const unordered = incomplete.some((run, index) => run.createdAt < (incomplete[index - 1]?.createdAt ?? ""));
  if (unordered) faults.push("the list of incomplete runs is not in the order of their age");
  return faults;
}

interface BreakerLife {
  state: string;
  moves: number;
  resetAt: string | null;
}

const MOVED = [
  "breaker.closed",
  "breaker.opened",
  "breaker.half_opened",
  "breaker.forced_open",
  "breaker.disabled",
] as const satisfies readonly EventType[];

/**
 * Breakers move from where they were, and go half-open once for each time they opened, not before
 * their time. Every move is an epoch, so the row's epoch counts the events.
 */
export function checkBreakers({ events, agents }: History): string[] {
  const faults: string[] = [];
  const lives = new Map<string, BreakerLife>();
  for (const event of events) {
    if (isEvent(event, "agent.removed")) lives.delete(event.subject.id);
    if (!isEvent(event, ...MOVED)) continue;
    const { seq, type, subject, payload, at } = event;
    const was = lives.get(subject.id) ?? { state: "closed", moves: 0, resetAt: null };
    const name = `event ${seq}, ${type} of ${subject.id}`;
    if (payload.from !== was.state) faults.push(`${name} comes from ${payload.from} and should from ${was.state}`);
    if (payload.cause === "open_time_passed" && (was.resetAt === null || at < was.resetAt)) {
      faults.push(`${name} comes at ${at}, before ${was.resetAt}`);
    }
    lives.set(subject.id, {
      state: payload.to,
      moves: was.moves + 1,
      resetAt: payload.resetAt,
    });
  }
  for (const { id, breaker } of agents) {
    const { state, moves } = lives.get(id) ?? { state: "closed", moves: 0 };
    if (breaker?.state !== state || breaker.epoch !== moves) {
      faults.push(
        `the breaker of ${id} is ${breaker?.state}, epoch ${breaker?.epoch}; its events say ${state}, ${moves}`,
      );
    }
  }
  return faults;
}

/**
 * The time in which nothing ran, epoch ms: from the end of one server to when the next one took
 * work.
 */
export interface Outage {
  downAt: number;
  readyAt: number;
}

/**
 * A timer that became due before the next server took work, and how long after that it fired, ms;
 * null: not yet.
 */
export interface Overdue {
  what: string;
  lateMs: number | null;
}

/**
 * Deadlines of runs, leases and breakers that passed, and had nobody to act on them, by the end of
 * an outage.
 */
export function overdue(events: readonly LogEvent[], { downAt, readyAt }: Outage): Overdue[] {
  const timers = new Map<string, number>();
  const found: Overdue[] = [];
  for (const event of events) {
    const { subject, at } = event;
    const name = `${subject.kind} ${subject.id}`;
    const due = timers.get(name);
    if (due !== undefined && endsTimer(event)) {
      timers.delete(name);
      if (due <= readyAt && Date.parse(at) >= downAt) {
        found.push({ what: name, lateMs: Math.max(0, Date.parse(at) - readyAt) });
      }
    }
    const next = dueOf(event);
    if (next !== null) timers.set(name, next);
  }
  for (const [what, due] of timers) if (due <= readyAt) found.push({ what, lateMs: null });
  return found;
}

export function checkOverdue(timers: readonly Overdue[]): string[] {
  return timers.flatMap(({ what, lateMs }) => {
    if (lateMs === null) return [`${what} is due and has not fired`];
    return lateMs > LATEST_MS ? [`${what} fired ${lateMs} ms after the server was ready`] : [];
  });
}

function dueOf(event: LogEvent): number | null {
  if (isEvent(event, "run.created")) {
    const { timeoutMs } = event.payload;
    return timeoutMs === null ? null : Date.parse(event.at) + timeoutMs;
  }
  const time = isEvent(event, "job.started", "job.heartbeat_received")
    ? event.payload.leaseExpiresAt
    : isEvent(event, ...MOVED)
      ? event.payload.resetAt
      : null;
  return time === null ? null : Date.parse(time);
}

function endsTimer(event: LogEvent): boolean {
  if (isEvent(event, ...MOVED, "job.heartbeat_received")) return true;
  if (isEvent(event, "run.transitioned")) return isFinalRun(event.payload.to);
  return isAbout(event, "job") && event.payload.status !== "running";
}
