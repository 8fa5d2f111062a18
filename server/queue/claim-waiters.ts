import { performance } from "node:perf_hooks";
import type { EventType } from "../../domain/events.ts";
import { roomIn } from "../../domain/execution/queue.ts";
import { isAbout, isEvent } from "../../domain/kernel/read-event.ts";
import type { Wire } from "../../domain/kernel/wire.ts";
import type { UpcomingJob } from "../store/reads/execution/jobs.ts";
import type { Committed, Store } from "../store/types.ts";
import { type Claimer, type Group, groupName, type Opening, suits, Waiter } from "./claim-waiter.ts";

/**
 * Long-poll claims: one group of waiting workers per tenant, while any wait.
 *
 * A worker *checks* (its claim is committed), then *waits* if there was nothing for it. A claimable
 * job is an *opening* until it leaves the queue; so is an agent or breaker that changed, an agent
 * or queue that was full and has room again, and a queue that was resumed. Jobs of a queue that is
 * paused or full are no openings. Each opening wakes one waiting worker that it suits; when that
 * one has checked, successfully or not, and the opening still stands, the next is woken. Workers of
 * one agent with the same capabilities and queues are a group, and a check of one that found
 * nothing counts for all. So an opening wakes as many workers as needed, one after the other, and
 * never all of them. Nobody checks again without an opening: waiting costs nothing.
 */
export interface ClaimWaitersDeps {
  store: Store;
  /** Queued jobs that become due, soonest first, at most `limit`. */
  upcoming: (tenantId: string, limit: number) => Promise<UpcomingJob[]>;
  onError: (error: unknown) => void;
}

interface StandingOpening extends Opening {
  /** When the job may start, ms by the database's clock. */
  runAt: number;
  /** Sequence number among all openings: a check begun later has seen it. */
  place: number;
  /** The worker that is checking because of it. */
  wakened: Waiter | null;
}

const UPCOMING_LIMIT = 1_000;
/** Openings kept; dropped ones are found by the next poll. */
const MAX_REMEMBERED = 10_000;
/**
 * Difference between our clock and the lane's, ms: a check that comes too early finds nothing and
 * must be repeated.
 */
const CLOCK_SLACK_MS = 5;
const MAX_TIMER_MS = 60_000;
/** Events that free a slot of the queue and of the agent. */
const ATTEMPT_ENDS = [
  "job.completed",
  "job.failed",
  "job.timed_out",
  "job.cancelled",
  "job.attempt_failed",
] as const satisfies readonly EventType[];

export class ClaimWaiters {
  readonly #deps: ClaimWaitersDeps;
  readonly #tenants = new Map<string, TenantWaiters>();
  readonly #stop: () => void;

  constructor(deps: ClaimWaitersDeps) {
    this.#deps = deps;
    this.#stop = deps.store.onCommitted((committed) => this.#tenants.get(committed.tenantId)?.onCommitted(committed));
  }

  /**
   * Adds a waiting worker. Call before its first check, so that nothing is missed in between; call
   * `leave` in any case.
   */
  enter(tenantId: string, claimer: Claimer): Waiter {
    let tenant = this.#tenants.get(tenantId);
    if (!tenant) {
      tenant = new TenantWaiters(tenantId, this.#deps, () => this.#tenants.delete(tenantId));
      this.#tenants.set(tenantId, tenant);
    }
    return tenant.enter(claimer);
  }

  close(): void {
    this.#stop();
    for (const tenant of this.#tenants.values()) tenant.close();
    this.#tenants.clear();
  }
}

class TenantWaiters {
  readonly #tenantId: string;
  readonly #deps: ClaimWaitersDeps;
  readonly #onEmpty: () => void;
  readonly #unwatch: () => void;
  /** The one that has waited longest is woken first. */
  readonly #waiters = new Set<Waiter>();
  readonly #groups = new Map<string, Group>();
  readonly #openings = new Map<string, StandingOpening>();
  /** Jobs that may start later, by our clock. */
  readonly #later = new Map<string, Opening & { runAt: number; due: number }>();
  #timer: NodeJS.Timeout | undefined;
  #timerDue = Number.POSITIVE_INFINITY;
  #upcoming: "unknown" | "loading" | "partial" | "known" = "unknown";
  /** The last opening's sequence number. */
  #place = 0;

  constructor(tenantId: string, deps: ClaimWaitersDeps, onEmpty: () => void) {
    this.#tenantId = tenantId;
    this.#deps = deps;
    this.#onEmpty = onEmpty;
    this.#unwatch = deps.store.watch(tenantId);
  }

  get place(): number {
    return this.#place;
  }

  enter(claimer: Claimer): Waiter {
    const name = groupName(claimer);
    const group = this.#groups.get(name) ?? { name, claimer, members: 0, checkedUpTo: 0, capabilities: null };
    this.#groups.set(name, group);
    group.members += 1;
    const waiter = new Waiter(this, group);
    this.#waiters.add(waiter);
    return waiter;
  }

  /**
   * A worker has checked, at a time of the database's clock, and found nothing: the opening it was
   * woken for goes to others.
   */
  settle(waiter: Waiter, at: number): void {
    for (const [id, opening] of this.#openings) {
      if (opening.wakened !== waiter || opening.runAt <= at) continue;
      this.#openings.delete(id);
      this.#take({ id, ...opening }, opening.runAt - at);
    }
    this.#release(waiter);
    if (this.#upcoming === "unknown") void this.#loadUpcoming();
    this.#dispatch();
  }

  leave(waiter: Waiter): void {
    if (!this.#waiters.delete(waiter)) return;
    this.#release(waiter);
    waiter.group.members -= 1;
    if (waiter.group.members === 0) this.#groups.delete(waiter.group.name);
    if (this.#waiters.size > 0) {
      this.#dispatch();
      return;
    }
    this.close();
    this.#onEmpty();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#unwatch();
  }

  /**
   * Handles a commit: jobs that become claimable or leave, agents that may claim again, queues that
   * have jobs again.
   */
  onCommitted({ at, events, rows }: Committed): void {
    const now = Date.parse(at);
    const queues = new Map(rows.flatMap((row) => (row.kind === "queue" ? [[row.id, row] as const] : [])));
    const agents = new Map(rows.flatMap((row) => (row.kind === "agent" ? [[row.id, row] as const] : [])));
    for (const agent of agents.values()) this.#noteCapabilities(agent);
    for (const row of rows) if (row.kind === "job") this.#see(row, now, queues.get(row.queue));
    for (const event of events) {
      const { subject } = event;
      if (isEvent(event, "breaker.recorded", "agent.heartbeat_received")) continue;
      if (isAbout(event, "breaker") || isAbout(event, "agent")) this.#openAgent(subject.id);
      else if (isEvent(event, "queue.configured", "queue.resumed")) this.#openQueue(subject.id);
      else if (isEvent(event, ...ATTEMPT_ENDS)) {
        const { queue, agentKey } = event.payload;
        if (queues.get(queue)?.concurrency !== null) this.#openQueue(queue);
        if (agentKey !== null && agents.get(agentKey)?.bounded) this.#openAgent(agentKey);
      }
    }
    for (const queue of queues.values())
      if (roomIn(queue) === 0 || queue.jobCounts.queued === 0) this.#openings.delete(`queue ${queue.id}`);
    for (const agent of agents.values())
      if (agent.bounded && agent.busy >= agent.capacity) this.#openings.delete(`agent ${agent.id}`);
    this.#dispatch();
  }

  #openAgent(agentKey: string): void {
    this.#open(`agent ${agentKey}`, { agentKey, capability: null, queue: null, runAt: 0 });
  }

  #openQueue(queue: string): void {
    this.#open(`queue ${queue}`, { agentKey: null, capability: null, queue, runAt: 0 });
  }

  #see(job: Wire<"job">, now: number, queue: Wire<"queue"> | undefined): void {
    this.#openings.delete(job.id);
    this.#later.delete(job.id);
    if (job.status !== "queued") return;
    const runAt = Date.parse(job.runAt);
    if (runAt <= now && queue && roomIn(queue) === 0) return;
    this.#take({ ...job, runAt }, runAt - now);
  }

  #take({ id, queue, capability, agentKey, runAt }: Opening & { id: string; runAt: number }, dueInMs: number): void {
    const opening = { queue, capability, agentKey, runAt };
    if (dueInMs <= 0) {
      this.#open(id, opening);
      return;
    }
    if (this.#later.size >= MAX_REMEMBERED) return;
    const due = performance.now() + dueInMs + CLOCK_SLACK_MS;
    this.#later.set(id, { ...opening, due });
    if (due < this.#timerDue) this.#arm(due);
  }

  #open(id: string, opening: Opening & { runAt: number }): void {
    if (this.#openings.size >= MAX_REMEMBERED) return;
    for (const group of this.#groups.values()) {
      if (!suits(group, opening)) continue;
      this.#place += 1;
      this.#openings.set(id, { ...opening, place: this.#place, wakened: this.#openings.get(id)?.wakened ?? null });
      return;
    }
  }

  #noteCapabilities({ id, capabilities }: Wire<"agent">): void {
    for (const group of this.#groups.values()) if (group.claimer.agentKey === id) group.capabilities = capabilities;
  }

  /** Wakes one waiting worker for each opening without one. */
  #dispatch(): void {
    if (this.#openings.size === 0) return;
    const waiting = [...this.#waiters].filter((waiter) => waiter.isWaiting);
    const seenByAll = waiting.reduce(
      (least, { group }) => Math.min(least, group.checkedUpTo),
      Number.POSITIVE_INFINITY,
    );
    for (const opening of this.#openings.values()) {
      if (opening.wakened || opening.place <= seenByAll) continue;
      const index = waiting.findIndex(({ group }) => group.checkedUpTo < opening.place && suits(group, opening));
      if (index < 0) continue;
      const [waiter] = waiting.splice(index, 1);
      opening.wakened = waiter ?? null;
      waiter?.wake();
    }
  }

  #release(waiter: Waiter): void {
    for (const opening of this.#openings.values()) if (opening.wakened === waiter) opening.wakened = null;
  }

  /** One timer, for the job that may start next. */
  #arm(due: number): void {
    clearTimeout(this.#timer);
    this.#timerDue = due;
    if (due === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(() => this.#wakeDue(), Math.min(MAX_TIMER_MS, Math.max(0, due - performance.now())));
  }

  #wakeDue(): void {
    const now = performance.now();
    let next = Number.POSITIVE_INFINITY;
    for (const [id, { due, ...opening }] of this.#later) {
      if (due > now) {
        next = Math.min(next, due);
        continue;
      }
      this.#later.delete(id);
      this.#open(id, opening);
    }
    this.#arm(next);
    if (this.#later.size === 0 && this.#upcoming === "partial") void this.#loadUpcoming();
    this.#dispatch();
  }

  async #loadUpcoming(): Promise<void> {
    this.#upcoming = "loading";
    try {
      const jobs = await this.#deps.upcoming(this.#tenantId, UPCOMING_LIMIT);
      if (this.#waiters.size === 0) return;
      for (const job of jobs) if (!this.#openings.has(job.id)) this.#take(job, job.dueInMs);
      this.#upcoming = jobs.length === UPCOMING_LIMIT ? "partial" : "known";
      this.#dispatch();
    } catch (error) {
      // Events still arrive, and the next worker to settle here reads again.
      this.#upcoming = "unknown";
      this.#deps.onError(error);
    }
  }
}
