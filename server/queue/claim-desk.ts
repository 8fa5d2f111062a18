import { performance } from "node:perf_hooks";
import type { EventType } from "../../domain/events.ts";
import { roomIn } from "../../domain/execution/queue.ts";
import { isAbout, isEvent } from "../../domain/kernel/read-event.ts";
import type { Wire } from "../../domain/kernel/wire.ts";
import type { JobOffer } from "../store/reads/execution/jobs.ts";
import type { Committed, Store } from "../store/types.ts";
import { type Claimer, type Group, groupName, type Offer, suits, Ticket } from "./claim-ticket.ts";

/**
 * Where workers wait for jobs: one desk per tenant, while somebody waits.
 *
 * A worker *looks* (its claim is being committed), then *waits* if there was nothing for it. A job that becomes claimable is an *offer* until
 * it is seen to leave the queue; so is an agent or breaker that changed, an agent or a queue that was full and has room again, a queue that was
 * resumed. Jobs of a queue that gives nothing are no offers. Each offer wakes one waiting worker that it suits; when that one has
 * looked, with or without success, and the offer still stands, the next is woken. Workers of one agent that can do the same are a group, and
 * a look of one that found nothing counts for all. So an offer wakes as many workers as it takes, one after the other, and never all of
 * them. Nobody looks again without an offer: an idle desk costs nothing.
 */
export interface DeskDeps {
  store: Store;
  /** Queued jobs that become due, the soonest first, at most `limit`. */
  outlook: (tenantId: string, limit: number) => Promise<JobOffer[]>;
  onError: (error: unknown) => void;
}

interface StandingOffer extends Offer {
  /** A job's own time, ms by the database's clock. */
  runAt: number;
  /** Its place among all offers: who began to look later than this has seen it. */
  place: number;
  /** The worker that is looking because of it. */
  wakened: Ticket | null;
}

const OUTLOOK = 1_000;
/** Offers remembered; those dropped are found by the next poll. */
const MAX_REMEMBERED = 10_000;
/** Our clock and the lane's differ by a little: a look that comes too early finds nothing and has to be repeated. */
const CLOCK_SLACK_MS = 5;
const MAX_TIMER_MS = 60_000;
/** What gives a slot back, of the queue and of the agent. */
const ATTEMPT_ENDS = [
  "job.completed",
  "job.failed",
  "job.timed_out",
  "job.cancelled",
  "job.attempt_failed",
] as const satisfies readonly EventType[];

export class ClaimDesks {
  readonly #deps: DeskDeps;
  readonly #desks = new Map<string, Desk>();
  readonly #stop: () => void;

  constructor(deps: DeskDeps) {
    this.#deps = deps;
    this.#stop = deps.store.onCommitted((committed) => this.#desks.get(committed.tenantId)?.hear(committed));
  }

  /** A place at the tenant's desk. Take it before looking, so that nothing is missed in between; leave it in any case. */
  enter(tenantId: string, claimer: Claimer): Ticket {
    let desk = this.#desks.get(tenantId);
    if (!desk) {
      desk = new Desk(tenantId, this.#deps, () => this.#desks.delete(tenantId));
      this.#desks.set(tenantId, desk);
    }
    return desk.enter(claimer);
  }

  close(): void {
    this.#stop();
    for (const desk of this.#desks.values()) desk.close();
    this.#desks.clear();
  }
}

class Desk {
  readonly #tenantId: string;
  readonly #deps: DeskDeps;
  readonly #onEmpty: () => void;
  readonly #unwatch: () => void;
  /** Who has waited longest is woken first. */
  readonly #tickets = new Set<Ticket>();
  readonly #groups = new Map<string, Group>();
  readonly #offers = new Map<string, StandingOffer>();
  /** Jobs that may start later, by our clock. */
  readonly #later = new Map<string, Offer & { runAt: number; due: number }>();
  #timer: NodeJS.Timeout | undefined;
  #timerDue = Number.POSITIVE_INFINITY;
  #outlook: "unknown" | "loading" | "partial" | "known" = "unknown";
  /** The last offer's place. */
  #place = 0;

  constructor(tenantId: string, deps: DeskDeps, onEmpty: () => void) {
    this.#tenantId = tenantId;
    this.#deps = deps;
    this.#onEmpty = onEmpty;
    this.#unwatch = deps.store.watch(tenantId);
  }

  get place(): number {
    return this.#place;
  }

  enter(claimer: Claimer): Ticket {
    const name = groupName(claimer);
    const group = this.#groups.get(name) ?? { name, claimer, members: 0, lookedAt: 0, capabilities: null };
    this.#groups.set(name, group);
    group.members += 1;
    const ticket = new Ticket(this, group);
    this.#tickets.add(ticket);
    return ticket;
  }

  /** A worker has looked, at a time of the database's clock, and found nothing: what it was woken for goes on to others. */
  settle(ticket: Ticket, at: number): void {
    for (const [id, offer] of this.#offers) {
      if (offer.wakened !== ticket || offer.runAt <= at) continue;
      this.#offers.delete(id);
      this.#take({ id, ...offer }, offer.runAt - at);
    }
    this.#release(ticket);
    if (this.#outlook === "unknown") void this.#loadOutlook();
    this.#dispatch();
  }

  leave(ticket: Ticket): void {
    if (!this.#tickets.delete(ticket)) return;
    this.#release(ticket);
    ticket.group.members -= 1;
    if (ticket.group.members === 0) this.#groups.delete(ticket.group.name);
    if (this.#tickets.size > 0) {
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

  /** What was committed: jobs that are offered or leave, agents that may claim again, queues that give again. */
  hear({ at, events, rows }: Committed): void {
    const now = Date.parse(at);
    const queues = new Map(rows.flatMap((row) => (row.kind === "queue" ? [[row.id, row] as const] : [])));
    const agents = new Map(rows.flatMap((row) => (row.kind === "agent" ? [[row.id, row] as const] : [])));
    for (const agent of agents.values()) this.#learn(agent);
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
      if (roomIn(queue) === 0 || queue.jobCounts.queued === 0) this.#offers.delete(`queue ${queue.id}`);
    for (const agent of agents.values())
      if (agent.bounded && agent.busy >= agent.capacity) this.#offers.delete(`agent ${agent.id}`);
    this.#dispatch();
  }

  #openAgent(agentKey: string): void {
    this.#stand(`agent ${agentKey}`, { agentKey, capability: null, queue: null, runAt: 0 });
  }

  #openQueue(queue: string): void {
    this.#stand(`queue ${queue}`, { agentKey: null, capability: null, queue, runAt: 0 });
  }

  #see(job: Wire<"job">, now: number, queue: Wire<"queue"> | undefined): void {
    this.#offers.delete(job.id);
    this.#later.delete(job.id);
    if (job.status !== "queued") return;
    const runAt = Date.parse(job.runAt);
    if (runAt <= now && queue && roomIn(queue) === 0) return;
    this.#take({ ...job, runAt }, runAt - now);
  }

  #take({ id, queue, capability, agentKey, runAt }: Offer & { id: string; runAt: number }, dueInMs: number): void {
    const offer = { queue, capability, agentKey, runAt };
    if (dueInMs <= 0) {
      this.#stand(id, offer);
      return;
    }
    if (this.#later.size >= MAX_REMEMBERED) return;
    const due = performance.now() + dueInMs + CLOCK_SLACK_MS;
    this.#later.set(id, { ...offer, due });
    if (due < this.#timerDue) this.#arm(due);
  }

  #stand(id: string, offer: Offer & { runAt: number }): void {
    if (this.#offers.size >= MAX_REMEMBERED) return;
    for (const group of this.#groups.values()) {
      if (!suits(group, offer)) continue;
      this.#place += 1;
      this.#offers.set(id, { ...offer, place: this.#place, wakened: this.#offers.get(id)?.wakened ?? null });
      return;
    }
  }

  #learn({ id, capabilities }: Wire<"agent">): void {
    for (const group of this.#groups.values()) if (group.claimer.agentKey === id) group.capabilities = capabilities;
  }

  /** Wakes one waiting worker for each offer that has none looking. */
  #dispatch(): void {
    if (this.#offers.size === 0) return;
    const waiting = [...this.#tickets].filter((ticket) => ticket.isWaiting);
    const seenByAll = waiting.reduce((least, { group }) => Math.min(least, group.lookedAt), Number.POSITIVE_INFINITY);
    for (const offer of this.#offers.values()) {
      if (offer.wakened || offer.place <= seenByAll) continue;
      const index = waiting.findIndex(({ group }) => group.lookedAt < offer.place && suits(group, offer));
      if (index < 0) continue;
      const [ticket] = waiting.splice(index, 1);
      offer.wakened = ticket ?? null;
      ticket?.wake();
    }
  }

  #release(ticket: Ticket): void {
    for (const offer of this.#offers.values()) if (offer.wakened === ticket) offer.wakened = null;
  }

  /** One timer, for the job that may start next. */
  #arm(due: number): void {
    clearTimeout(this.#timer);
    this.#timerDue = due;
    if (due === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(() => this.#ripen(), Math.min(MAX_TIMER_MS, Math.max(0, due - performance.now())));
  }

  #ripen(): void {
    const now = performance.now();
    let next = Number.POSITIVE_INFINITY;
    for (const [id, { due, ...offer }] of this.#later) {
      if (due > now) {
        next = Math.min(next, due);
        continue;
      }
      this.#later.delete(id);
      this.#stand(id, offer);
    }
    this.#arm(next);
    if (this.#later.size === 0 && this.#outlook === "partial") void this.#loadOutlook();
    this.#dispatch();
  }

  async #loadOutlook(): Promise<void> {
    this.#outlook = "loading";
    try {
      const jobs = await this.#deps.outlook(this.#tenantId, OUTLOOK);
      if (this.#tickets.size === 0) return;
      for (const job of jobs) if (!this.#offers.has(job.id)) this.#take(job, job.dueInMs);
      this.#outlook = jobs.length === OUTLOOK ? "partial" : "known";
      this.#dispatch();
    } catch (error) {
      // Events still come, and the next worker that settles here asks again.
      this.#outlook = "unknown";
      this.#deps.onError(error);
    }
  }
}
