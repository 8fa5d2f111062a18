import type { CommitFault } from "../commit/commit.ts";
import { applyCommit, parseCommit } from "../commit/commit.ts";
import { Draft, type Source } from "../commit/draft.ts";
import type { ClientMutationInput, ClockMutation, Mutation } from "../commit/mutations.ts";
import { EVENTS } from "../events.ts";
import { openJobs, totalJobs } from "../execution/contract.ts";
import { roomIn } from "../execution/queue.ts";
import { isStillToEnd } from "../execution/workstream.ts";
import type { Kind, Rows } from "../rows.ts";
import type { EventContract } from "./event-contract.ts";
import { keyOf } from "./row-key.ts";
import { isFinalJob } from "./statuses.ts";
import type { EmittedEvent, RowSet } from "./tx.ts";

/**
 * One tenant in memory: the reducers' storage for tests, with a clock that stands still until it is
 * turned.
 */
export class World implements Source {
  now = Date.parse("2026-11-21T12:00:00.000Z");
  actor = "key:test";
  seq = 0;
  readonly events: EmittedEvent[] = [];
  readonly rows = new Map<string, { kind: Kind; row: Readonly<Rows[Kind]> }>();
  #commits = 0;

  get<K extends Kind>(kind: K, id: string): Readonly<Rows[K]> | undefined {
    return this.rows.get(keyOf(kind, id))?.row as Readonly<Rows[K]> | undefined;
  }

  isFree(kind: Kind, id: string): boolean {
    return !this.rows.has(keyOf(kind, id));
  }

  ids(query: RowSet): string[] {
    const jobs = this.all("job");
    if (query.set === "jobs-of-run") {
      const { runId, statuses, tokenIds } = query;
      const found = jobs.filter(
        (job) =>
          job.runId === runId && statuses.includes(job.status) && (tokenIds?.includes(job.tokenId ?? "") ?? true),
      );
      return found.map((job) => job.id).slice(0, query.limit ?? undefined);
    }
    if (query.set === "workstreams-of-run") {
      const { runId, statuses, limit } = query;
      const found = this.all("workstream").filter(
        (one) => one.runId === runId && one.follow === "jobs" && statuses.includes(one.status),
      );
      return found.map((one) => one.id).slice(0, limit ?? undefined);
    }
    if (query.set === "agents") return this.all("agent").map((agent) => agent.id);
    if (query.set === "hours-of-type") {
      const { taskType, from } = query;
      const hours = this.all("tally").filter((tally) => tally.width === "hour" && tally.t >= from);
      return hours.filter((tally) => tally.taskType === taskType).map((tally) => tally.id);
    }
    if (query.set === "parts-of-runs") return this.#partsOf(query.runIds);
    if (query.set === "uses-of-agents") return this.#usesOf(query.agentKeys);
    const { at, agentKey, capabilities, queues, except, reopened = [], max } = query;
    const hasRoom = (queue: string) => reopened.includes(queue) || roomIn(this.row("queue", queue)) > 0;
    return jobs
      .filter((job) => !except.includes(job.queue) && hasRoom(job.queue))
      .filter((job) => job.status === "queued" && job.runAt <= at && (job.agentKey ?? agentKey) === agentKey)
      .filter(
        (job) =>
          (job.capability === null || capabilities.includes(job.capability)) && (queues?.includes(job.queue) ?? true),
      )
      .sort((a, b) => b.priority - a.priority || Date.parse(a.runAt) - Date.parse(b.runAt))
      .map((job) => job.id)
      .slice(0, max);
  }

  #partsOf(runIds: string[]): string[] {
    const parts = (["workstream", "job", "attempt", "approval", "decision", "outcome"] as const).flatMap((kind) =>
      this.all(kind).flatMap(({ id, runId }) => (runIds.includes(runId ?? "") ? [keyOf(kind, id)] : [])),
    );
    const alerts = this.all("alert").filter(({ runId }) => runIds.includes(runId ?? ""));
    return [...parts, ...this.#withDeliveries(alerts.map(({ id }) => id))];
  }

  #usesOf(agentKeys: string[]): string[] {
    const outcomes = this.all("outcome").filter(({ agentKey }) => agentKeys.includes(agentKey));
    const decisions = this.all("decision").filter(({ selectedAgent }) => agentKeys.includes(selectedAgent));
    const alerts = this.all("alert").filter(
      ({ subjectKind, subjectId }) => subjectKind === "agent" && agentKeys.includes(subjectId),
    );
    return [
      ...outcomes.map(({ id }) => keyOf("outcome", id)),
      ...decisions.map(({ id }) => keyOf("decision", id)),
      ...this.#withDeliveries(alerts.map(({ id }) => id)),
    ];
  }

  #withDeliveries(alertIds: string[]): string[] {
    const sent = this.all("delivery").filter(({ alertId }) => alertIds.includes(alertId ?? ""));
    return [...alertIds.map((id) => keyOf("alert", id)), ...sent.map(({ id }) => keyOf("delivery", id))];
  }

  /** Every row of a kind, in the order they came to be. */
  all<K extends Kind>(kind: K): Readonly<Rows[K]>[] {
    return [...this.rows.values()].filter((one) => one.kind === kind).map((one) => one.row as Readonly<Rows[K]>);
  }

  /** The row; fails when there is none. */
  row<K extends Kind>(kind: K, id: string): Readonly<Rows[K]> {
    const row = this.get(kind, id);
    if (!row) throw new Error(`no ${kind} ${id}`);
    return row;
  }

  /**
   * Commits what a client would write, contract and all; fails when it is refused. Answers what
   * each mutation yielded.
   */
  commit(...mutations: ClientMutationInput[]): unknown[] {
    const { results, faults } = this.attempt(mutations);
    if (faults.length > 0) throw new Error(JSON.stringify(faults));
    return results;
  }

  /** Commits one mutation that must be refused, and answers how. */
  refuse(...mutations: ClientMutationInput[]): CommitFault {
    const { faults } = this.attempt(mutations);
    const [fault] = faults;
    if (!fault) throw new Error("it was not refused");
    return fault;
  }

  /** Commits what a client would write, and answers the faults if it is refused. */
  attempt(mutations: ClientMutationInput[], expect?: { [runId: string]: number }) {
    const parsed = parseCommit({ mutations, ...(expect && { expect }) });
    if ("faults" in parsed) return { results: [], faults: parsed.faults, events: [], changed: [] };
    return this.apply(parsed.commit.mutations, this.actor, parsed.commit.expect);
  }

  /** Commits what the clock would. */
  tick(...mutations: ClockMutation[]): unknown[] {
    const { results, faults } = this.apply(mutations, "system:clock");
    if (faults.length > 0) throw new Error(JSON.stringify(faults));
    return results;
  }

  /** Does what the clock does until nothing more is due. */
  settle(): void {
    for (let due = this.due(); due.length > 0; due = this.due()) this.tick(...due);
  }

  /** What is due now, as the server's clock would find it. */
  due(): ClockMutation[] {
    const at = new Date(this.now).toISOString();
    const due: ClockMutation[] = [];
    for (const { id: runId, deadlineAt, status } of this.all("run")) {
      if (deadlineAt && deadlineAt <= at && ["pending", "running", "blocked"].includes(status))
        due.push({ type: "run.timeout", runId, deadlineAt });
    }
    for (const job of this.all("job")) {
      const { id: jobId, attempt, status, leaseExpiresAt, timeoutAt, dependsOn } = job;
      if (status === "running" && leaseExpiresAt && leaseExpiresAt <= at)
        due.push({ type: "job.expire", jobId, attempt, why: "lease" });
      else if (status === "running" && timeoutAt && timeoutAt <= at)
        due.push({ type: "job.expire", jobId, attempt, why: "timeout" });
      const parents = dependsOn.map((parentId) => this.row("job", parentId).status);
      const gate = job.approvalId === null ? "approved" : this.row("approval", job.approvalId).status;
      const met = parents.every((parent) => parent === "completed");
      const stuck = status === "waiting" && (gate === "approved" ? met : gate !== "pending");
      const vain = status === "waiting" && parents.some((parent) => isFinalJob(parent) && parent !== "completed");
      const late = !isFinalJob(status) && this.row("run", job.runId).finishedAt !== null;
      if (stuck || vain || late) due.push({ type: "job.settle", jobId });
    }
    for (const workstream of this.all("workstream")) {
      const { id: workstreamId, runId, jobCounts } = workstream;
      const ended = this.row("run", runId).finishedAt !== null || totalJobs(jobCounts) > 0;
      if (ended && isStillToEnd(workstream) && openJobs(jobCounts) === 0)
        due.push({ type: "workstream.settle", workstreamId });
    }
    for (const { id: agentKey, state, resetAt, trials } of this.all("breaker")) {
      const over = state === "half_open" ? trials.some((trial) => trial.expiresAt <= at) : resetAt && resetAt <= at;
      if (over) due.push({ type: "breaker.tick", agentKey });
    }
    for (const { id: alertId, status, ackExpiresAt } of this.all("alert")) {
      if (status === "acknowledged" && ackExpiresAt && ackExpiresAt <= at)
        due.push({ type: "alert.ack_expire", alertId, ackExpiresAt });
    }
    return due;
  }

  /**
   * Applies a commit. A refused one must leave no trace, one that changes rows must say so in an
   * event.
   */
  apply(mutations: Mutation[], actor: string, expect?: { [runId: string]: number }) {
    this.#commits += 1;
    const draft = new Draft(this);
    const envelope = {
      at: new Date(this.now).toISOString(),
      actor,
      commitId: `c${this.#commits}`,
      secret: `s3cret-${this.#commits}`,
    };
    const tx = draft.begin(envelope);
    const { results, faults, stale } = applyCommit(tx, { mutations, ...(expect && { expect }) });
    if (faults.length + stale.length > 0) {
      tx.abort();
      if (draft.changes.size > 0 || tx.events.length > 0) throw new Error("a refused commit has left something behind");
      return { results: [], faults: [...stale, ...faults], events: [], changed: [] };
    }
    if (tx.touched.size > 0 && tx.events.length === 0)
      throw new Error(`${[...tx.touched].join()} changed without an event`);
    this.seq += tx.events.length;
    for (const [key, { kind, row, isNew }] of draft.changes) {
      if (row === null) {
        if (!isNew && !this.rows.delete(key)) throw new Error(`${key} is removed but not there`);
        continue;
      }
      if (isNew === this.rows.has(key))
        throw new Error(`${key} is ${isNew ? "inserted twice" : "updated but not there"}`);
      row.seq = this.seq;
      this.rows.set(key, { kind, row: freeze(row) });
    }
    for (const event of tx.events) mustBeCatalogued(event);
    this.events.push(...tx.events);
    return { results, faults, events: tx.events, changed: [...draft.changes.keys()] };
  }
}

/** A world with run `r` and the jobs named, all in workstream `w`. */
export function worldWith(...jobIds: string[]): World {
  const world = new World();
  world.commit(
    { type: "run.create", runId: "r", workflow: "build" },
    { type: "workstream.create", runId: "r", workstreamId: "w", title: "Work" },
    ...jobIds.map((jobId) => ({ type: "job.enqueue" as const, jobId, runId: "r", workstreamId: "w" })),
  );
  return world;
}

/**
 * What reducers emit is what the catalogue says: a field too many is a fault as well as one too
 * few.
 */
function mustBeCatalogued({ type, subject, payload }: EmittedEvent): void {
  if (type.startsWith("x.")) return;
  const contract = (EVENTS as { readonly [type: string]: EventContract })[type];
  if (!contract) throw new Error(`${type} is not in the catalogue`);
  if (contract.subject !== subject.kind)
    throw new Error(`${type} is about a ${subject.kind}, not a ${contract.subject}`);
  const { error } = contract.payload.safeParse(payload);
  if (error) throw new Error(`${type} ${JSON.stringify(payload)}: ${error.message}`);
}

/** Reducers must never change what they were given. */
function freeze<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const part of Object.values(value)) freeze(part);
  return value;
}

/** Types of events, in order. */
export const typesOf = (events: readonly EmittedEvent[]): string[] => events.map((event) => event.type);
