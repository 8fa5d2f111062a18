import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ClientMutationInput } from "../commit/mutations.ts";
import { tries } from "../kernel/depth.test-kit.ts";
import type { LogEvent } from "../kernel/event.ts";
import { LoggedWorld } from "../kernel/log.test-kit.ts";
import { toWire, type Wire } from "../kernel/wire.ts";
import type { Kind } from "../rows.ts";
import { applyEvent, createReplay, emptyView, type ReplayView } from "./replay.ts";

const KINDS = ["run", "workstream", "job", "attempt"] as const;
const RUNS = ["r0", "r1", "r2"] as const;

/** Small sets of names, so that commands meet each other. */
const name = (prefix: string, count: number) => fc.nat(count - 1).map((index) => `${prefix}${index}`);
const [run, card, job, agent] = [fc.constantFrom(...RUNS), name("w", 3), name("j", 12), name("a", 2)];
const [scope, token] = [name("s", 3), name("t", 3)];
const type = <const T>(value: T) => fc.constant(value);
const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const note = fc.constantFrom(undefined, "so it was asked");
const data = fc.dictionary(name("k", 3), fc.oneof(fc.nat(9), fc.boolean(), type(null), fc.array(fc.nat(3))));

const mutation: fc.Arbitrary<ClientMutationInput> = fc.oneof(
  fc.record({ type: type("run.transition"), runId: run, to: fc.constantFrom("running", "blocked"), reason: note }),
  fc.record({
    type: type("run.transition"),
    runId: run,
    to: fc.constantFrom("failed", "cancelled"),
    error: maybe(type("no")),
  }),
  fc.record({ type: type("run.retry"), runId: run, reason: note }),
  fc.record({ type: type("run.retry"), runId: run, jobs: type("none") }),
  fc.record({
    type: type("workstream.create"),
    runId: run,
    workstreamId: card,
    title: type("Work"),
    follow: fc.constantFrom(undefined, undefined, "jobs", "manual"),
    metadata: maybe(data),
  }),
  fc.record({
    type: type("workstream.update"),
    workstreamId: card,
    title: maybe(type("Other")),
    metadata: maybe(data),
  }),
  fc.record({
    type: type("workstream.transition"),
    workstreamId: card,
    to: fc.constantFrom("ready", "running", "review", "done", "failed", "cancelled"),
    reason: note,
  }),
  fc.record({ type: type("workstream.follow"), workstreamId: card }),
  ...Array.from({ length: 14 }, () =>
    fc.record({
      type: type("job.enqueue"),
      jobId: job,
      runId: run,
      workstreamId: maybe(card),
      step: maybe(type("tests")),
      tool: maybe(type("vitest")),
      priority: fc.nat(3),
      agentKey: fc.constantFrom(undefined, undefined, "a0"),
      dependsOn: fc.uniqueArray(job, { maxLength: 3 }),
      maxAttempts: fc.integer({ min: 1, max: 3 }),
      backoffMs: fc.constantFrom(0, 700),
      timeoutMs: fc.constantFrom(undefined, 1000),
      input: maybe(data),
      approval: fc.constantFrom(undefined, undefined, { title: "Go on?" }),
      tokenId: fc.constantFrom(undefined, undefined, undefined, "t0"),
      escalate: fc.constantFrom(undefined, undefined, { agentKey: "a1" }, { approval: { title: "Once more?" } }),
    }),
  ),
  ...Array.from({ length: 12 }, () =>
    fc.record({ type: type("job.claim"), agentKey: agent, max: fc.integer({ min: 1, max: 3 }), leaseMs: type(2000) }),
  ),
  fc.record({ type: type("job.start"), jobId: job, agentKey: agent, leaseMs: fc.constantFrom(undefined, 1000) }),
  fc.record({ type: type("job.timeout"), jobId: job }),
  fc.record({ type: type("job.cancel"), jobId: job, reason: note }),
  fc.record({ type: type("job.retry"), jobId: job, reason: note }),
  fc.record({ type: type("context.set"), runId: run, context: data }),
  fc.record({ type: type("context.merge"), runId: run, patch: data }),
  fc.record({ type: type("metadata.set"), runId: run, metadata: data }),
  fc.record({ type: type("step.increment"), runId: run, by: maybe(fc.constantFrom(1, 3)) }),
  fc.record({ type: type("scope.enter"), runId: run, scopeId: scope, parentId: maybe(scope) }),
  fc.record({ type: type("scope.exit"), runId: run, scopeId: scope }),
  fc.record({ type: type("scope.cancel"), runId: run, scopeId: scope }),
  fc.record({
    type: type("token.add"),
    runId: run,
    tokenId: token,
    token: fc.record({ scopeId: maybe(scope), value: maybe(data) }),
  }),
  fc.record({
    type: type("token.update"),
    runId: run,
    tokenId: token,
    patch: fc.record({ status: fc.constantFrom("busy", "done") }),
  }),
  fc.record({ type: type("token.remove"), runId: run, tokenId: token }),
  fc.record({ type: type("event.append"), runId: run, eventType: type("x.note") }),
) as fc.Arbitrary<ClientMutationInput>;

const end = fc.record({ exitCode: maybe(fc.nat(2)), durationMs: maybe(fc.nat(9)), result: maybe(data) });
const step = fc.oneof(
  { weight: 6, arbitrary: mutation },
  { weight: 2, arbitrary: fc.record({ type: type("wait" as const), ms: fc.constantFrom(1, 500, 1500, 4000, 9000) }) },
  // Reported by the holder of a job: which of those that run, modulo how many.
  { weight: 1, arbitrary: fc.record({ type: type("beat" as const), which: fc.nat(9), progress: maybe(fc.nat(9)) }) },
  { weight: 2, arbitrary: fc.record({ type: type("complete" as const), which: fc.nat(9), end }) },
  { weight: 1, arbitrary: fc.record({ type: type("fail" as const), which: fc.nat(9), end, retryable: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ type: type("decide" as const), among: fc.nat(9), yes: fc.boolean() }) },
);

/** Columns that a run's own log does not have, or that nobody is shown. */
const NOT_TOLD = new Set(["seq", "breakerEpoch"]);

/** A row as both sides can know it: without those, and without what another run's jobs do to it. */
function comparable(world: LoggedWorld, row: Wire): { [column: string]: unknown } {
  const columns = Object.entries(row).filter(([column]) => !NOT_TOLD.has(column));
  const known: { [column: string]: unknown } = Object.fromEntries(columns);
  // Versions of other rows count commits, of which the log knows nothing.
  if (row.kind !== "run") delete known.version;
  if (row.kind !== "job") return known;
  const isOwn = (id: string) => world.row("job", id).runId === row.runId;
  known.dependents = row.dependents.filter(isOwn);
  if (!row.dependsOn.every(isOwn)) for (const column of ["unmet", "updatedAt"]) delete known[column];
  return known;
}

type Asked = typeof step extends fc.Arbitrary<infer S> ? S : never;

function reported(asked: Extract<Asked, { which: number }>, jobId: string, leaseToken: string): ClientMutationInput {
  if (asked.type === "beat") return { type: "job.heartbeat", jobId, leaseToken, progress: asked.progress };
  if (asked.type === "complete") return { type: "job.complete", jobId, leaseToken, ...asked.end };
  return { type: "job.fail", jobId, leaseToken, error: "no", retryable: asked.retryable, ...asked.end };
}

function rowsOf(view: ReplayView): Map<string, Wire> {
  const rows = new Map<string, Wire>();
  const put = (row: Wire) => rows.set(`${row.kind}:${row.id}`, row);
  if (view.run) put(view.run);
  for (const table of [view.workstreams, view.jobs, view.attempts]) for (const row of table.values()) put(row);
  return rows;
}

/**
 * Random commands on two runs, with the clock's own between them; calls back after each commit that
 * changed something.
 */
class Story {
  readonly world = new LoggedWorld();
  readonly views = new Map<string, ReplayView>();
  #seen = 0;

  constructor() {
    const world = this.world;
    const [first, second, third] = RUNS;
    world.commit(
      { type: "run.create", runId: first, workflow: "build", definition: { steps: 2 }, tags: ["t"], timeoutMs: 60_000 },
      { type: "run.create", runId: second, workflow: "checks", context: { k0: { deep: 1 } }, metadata: { k1: 1 } },
      { type: "run.create", runId: third, workflow: "auto", completion: "auto", parentRunId: first },
    );
    for (const runId of RUNS) this.views.set(runId, emptyView());
  }

  run(asked: Asked): void {
    const { world } = this;
    if (asked.type === "wait") {
      world.now += asked.ms;
      world.settle();
    } else if (asked.type === "decide") {
      const pending = world.all("approval").filter((one) => one.status === "pending");
      const approvalId = pending[asked.among % Math.max(1, pending.length)]?.id;
      if (approvalId) world.attempt([{ type: asked.yes ? "approval.approve" : "approval.reject", approvalId }]);
    } else if ("which" in asked) {
      const running = world.all("job").filter((one) => one.status === "running");
      const { id: jobId, leaseToken } = running[asked.which % Math.max(1, running.length)] ?? {};
      if (jobId && leaseToken) world.attempt([reported(asked, jobId, leaseToken)]);
    } else if (asked.type === "job.enqueue") {
      // What it names must be there.
      const dependsOn = asked.dependsOn?.filter((id) => world.get("job", id)) ?? [];
      const tokenId = world.row("run", asked.runId).tokens[asked.tokenId ?? ""] && asked.tokenId;
      const card = asked.workstreamId === undefined ? undefined : world.get("workstream", asked.workstreamId);
      const workstreamId = card?.runId === asked.runId ? card.id : undefined;
      world.attempt([{ ...asked, dependsOn, tokenId, workstreamId }]);
    } else world.attempt([asked]);
  }

  /** Folds what is new in the log. */
  follow(): void {
    for (const event of this.world.log.slice(this.#seen)) {
      const view = event.runId === undefined ? undefined : this.views.get(event.runId);
      if (view) this.views.set(event.runId as string, applyEvent(view, event));
    }
    this.#seen = this.world.log.length;
  }

  check(): void {
    for (const [runId, view] of this.views) {
      const rows = rowsOf(view);
      let expected = 0;
      for (const kind of KINDS) {
        for (const row of this.world.all(kind)) {
          const wire = toWire(kind as Kind, row);
          if ((wire.kind === "run" ? wire.id : (wire as Wire<"job">).runId) !== runId) continue;
          expected += 1;
          const folded = rows.get(`${kind}:${row.id}`);
          if (!folded) throw new Error(`the log does not have ${kind} ${row.id}`);
          same(comparable(this.world, folded), comparable(this.world, wire), `${kind} ${row.id}`);
        }
      }
      if (rows.size !== expected) throw new Error(`the log has ${rows.size} rows instead of ${expected}`);
    }
  }
}

/** Compares without the cost of `expect`; only when they differ are the columns looked at. */
function same(is: { [column: string]: unknown }, should: { [column: string]: unknown }, what: string): void {
  for (const column of new Set([...Object.keys(is), ...Object.keys(should)])) {
    const [left, right] = [JSON.stringify(is[column]), JSON.stringify(should[column])];
    if (left !== right) throw new Error(`${what}, ${column}: the log has ${left}, the row is ${right}`);
  }
}

test("a run's log, folded event by event, gives the rows that the reducers made, after every commit", () => {
  const statuses = new Set<string>();
  fc.assert(
    fc.property(fc.array(step, { minLength: 40, maxLength: 90 }), (steps) => {
      const story = new Story();
      for (const one of steps) {
        story.run(one);
        story.follow();
        story.check();
      }
      for (const view of story.views.values()) for (const { status } of view.attempts.values()) statuses.add(status);
    }),
    { numRuns: tries(150, 60) },
  );
  expect([...statuses].sort()).toEqual(["cancelled", "completed", "failed", "running", "timed_out"]);
}, 60_000);

test("a jump to any position shows what going there event by event shows", () => {
  fc.assert(
    fc.property(
      fc.array(step, { minLength: 30, maxLength: 60 }),
      fc.array(fc.nat(400), { minLength: 5, maxLength: 20 }),
      (steps, jumps) => {
        const story = new Story();
        for (const one of steps) story.run(one);
        const events = repeated(story.world.logOf("r0"), 3);
        const views = [emptyView()];
        for (const event of events) views.push(applyEvent(views.at(-1) as ReplayView, event));
        const replay = createReplay(events);
        for (const jump of [0, events.length, ...jumps]) {
          const count = Math.min(jump, events.length);
          expect(replay.after(count)).toEqual(views[count]);
        }
      },
    ),
    { numRuns: 40 },
  );
}, 60_000);

/** The same log several times over, so that it is longer than the way between two checkpoints. */
function repeated(events: LogEvent[], times: number): LogEvent[] {
  const last = events.at(-1)?.seq ?? 0;
  return Array.from({ length: times }, (_, n) =>
    events.map((event) => ({ ...event, seq: event.seq + n * last })),
  ).flat();
}

describe("a replay", () => {
  const world = new LoggedWorld();
  world.commit(
    { type: "run.create", runId: "r", workflow: "build" },
    { type: "workstream.create", runId: "r", workstreamId: "w", title: "Work" },
    { type: "job.enqueue", runId: "r", workstreamId: "w", jobId: "first" },
    { type: "job.enqueue", runId: "r", workstreamId: "w", jobId: "second", dependsOn: ["first"] },
  );
  world.now += 1000;
  world.commit({ type: "job.start", jobId: "first", agentKey: "a" });
  world.now += 1000;
  world.commit({ type: "job.complete", jobId: "first", result: { ok: true } });
  const log = world.logOf("r");
  const replay = createReplay(log);
  const positionOf = (eventType: string) => log.find((event) => event.type === eventType)?.seq ?? 0;

  test("shows the run as it was, not as it is", () => {
    const started = replay.at(positionOf("job.started"));
    expect(started.jobs.get("first")).toMatchObject({ status: "running", claimedBy: "a", result: null });
    expect(started.jobs.get("second")).toMatchObject({ status: "waiting", unmet: 1 });
    const ended = replay.at(log.at(-1)?.seq ?? 0);
    expect(ended.jobs.get("first")).toMatchObject({ status: "completed", result: { ok: true } });
    expect(ended.jobs.get("second")).toMatchObject({ status: "queued", unmet: 0 });
    expect(ended.workstreams.get("w")?.jobCounts).toMatchObject({ completed: 1, queued: 1 });
  });

  test("is empty before the first event, and between two positions shows the earlier one", () => {
    expect(replay.at(0)).toEqual(emptyView());
    expect(replay.at(log.at(-1)?.seq ?? 0)).toBe(replay.at(99_999));
  });

  test("of a log whose beginning is no longer kept shows the jobs that are left", () => {
    const rest = createReplay(log.slice(4));
    const { run: row, jobs } = rest.after(log.length);
    expect(row).toBeNull();
    expect(jobs.get("first")).toMatchObject({ status: "completed", workstreamId: "w" });
  });

  test("passes over events of types that it does not know", () => {
    const seq = (log.at(-1)?.seq ?? 0) + 1;
    const unknown = (eventType: string, kind: string): LogEvent => ({
      ...(log[0] as LogEvent),
      seq,
      type: eventType,
      subject: { kind, id: "r" },
      payload: {},
    });
    const before = createReplay(log).after(log.length);
    for (const event of [unknown("x.note", "run"), unknown("run.dreamt", "run"), unknown("moon.rose", "moon")]) {
      expect(applyEvent(before, event)).toEqual({ ...before, seq, at: event.at });
    }
  });
});

test("any position of a log of forty thousand events is found", () => {
  const world = new LoggedWorld();
  world.commit({ type: "run.create", runId: "r", workflow: "large" });
  const jobs = 200;
  const ids = Array.from({ length: jobs }, (_, n) => `j${n}`);
  world.commit(...ids.map((jobId) => ({ type: "job.enqueue" as const, runId: "r", jobId })));
  world.commit(...ids.map((jobId) => ({ type: "job.start" as const, jobId, agentKey: "a" })));
  world.commit(...ids.map((jobId) => ({ type: "job.complete" as const, jobId })));
  const events = repeated(world.logOf("r"), 66);
  expect(events.length).toBeGreaterThan(39_000);
  const replay = createReplay(events);
  expect(replay.after(20_000).seq).toBe(events[19_999]?.seq);
  expect(replay.countAt(events[19_999]?.seq ?? 0)).toBe(20_000);
});
