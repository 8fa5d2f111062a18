import { expect, test } from "@playwright/test";
import { checkAll } from "./checks/all.ts";
import { overdue } from "./checks/timers.ts";
import type { History } from "./history.ts";
import type { Ledger } from "./ledger.ts";
import { MadeUp } from "./made-up.ts";
import { Random } from "./random.ts";

/**
 * Two runs, of which one has a deadline, with a job that failed once and was completed then, and a
 * breaker that opened.
 */
function day(): MadeUp {
  const made = new MadeUp();
  const breaker = { windowSize: 2, minimumCalls: 2, openMs: 500 };
  made.commit([
    { type: "agent.register", agentKey: "b", breaker },
    { type: "run.create", runId: "r", workflow: "w" },
    { type: "workstream.create", runId: "r", workstreamId: "w", title: "W" },
    { type: "job.enqueue", jobId: "j", runId: "r", workstreamId: "w", maxAttempts: 2, backoffMs: 0 },
  ]);
  made.world.now += 10;
  made.commit([{ type: "run.create", runId: "timed", workflow: "w", timeoutMs: 2_000 }]);
  const first = made.claim("a");
  made.commit([{ type: "job.fail", jobId: "j", leaseToken: first.leaseToken, error: "no" }], {
    ...first,
    as: "failed",
  });
  const second = made.claim("a");
  made.commit([{ type: "job.complete", jobId: "j", leaseToken: second.leaseToken }], { ...second, as: "completed" });
  const bad = { type: "breaker.record" as const, agentKey: "b", success: false };
  made.commit([bad, bad]);
  made.commit([{ type: "job.cancel", jobId: "nobody" }]);
  made.commit([
    { type: "session.create", sessionId: "s", agentRole: "reviewer" },
    { type: "session.transition", sessionId: "s", to: "active" },
    { type: "approval.request", approvalId: "ap", title: "May it?" },
    { type: "approval.approve", approvalId: "ap" },
    { type: "approval.consume", approvalId: "ap" },
  ]);
  made.world.now += 3_000;
  made.tick(...made.world.due());
  return made;
}

const OUTAGE = { downAt: Date.parse("2026-11-21T12:00:01.000Z"), readyAt: Date.parse("2026-11-21T12:00:02.500Z") };

test("what the reducers make passes every check", () => {
  const made = day();
  expect(checkAll(made.history(), made.ledger, OUTAGE)).toEqual([]);
  expect(overdue(made.history().events, OUTAGE)).toHaveLength(2);
});

/** What was old has left after that: a run that is over, with its outcomes. */
function cleaned(): MadeUp {
  const made = day();
  made.commit([{ type: "run.transition", runId: "r", to: "completed" }]);
  made.world.now += 40 * 86_400_000;
  made.tick(...made.world.due());
  const olderThan = new Date(made.world.now - 30 * 86_400_000).toISOString();
  const outcomeIds = made.world.all("outcome").map(({ id }) => id);
  const nothing = { decisionIds: [], queues: [], taskKeys: [] };
  const what = { outcomeIds, runIds: ["r", "timed"], agentKeys: ["a", "b"] };
  made.tick({ type: "maintenance.clean", olderThan, ...nothing, ...what });
  return made;
}

test("what clean-up has taken is missed by no check, and what it took by halves is", () => {
  const made = cleaned();
  const history = made.history();
  expect([history.runs, history.jobs, history.agents.map(({ id }) => id)]).toEqual([[], [], ["b"]]);
  const check = () => checkAll(history, made.ledger, OUTAGE).join("\n");
  expect(check()).toBe("");
  const before = day().history();
  history.jobs.push(...before.jobs);
  expect(check()).toMatch(/job j is completed, attempt 2; its events say undefined/);
  history.jobs.length = 0;
  history.runs.push(...before.runs.slice(0, 1));
  expect(check()).toMatch(/run r is running; its events say undefined/);
});

/** What a fault could do, and words of the complaint that must come. */
const FALSIFIED: { [fault: string]: [falsify: (history: History, ledger: Ledger) => void, complaint: RegExp] } = {
  "an event is missing": [({ events }) => void events.splice(3, 1), /of the log has position/],
  "the time goes back": [
    ({ events }) => set(events[4], { at: "2026-11-21T11:00:00.000Z" }),
    /earlier than the one before/,
  ],
  "a receipt is missing": [({ receipts }) => void receipts.splice(2, 1), /does not follow on/],
  "the chain is broken": [({ receipts }) => set(receipts[2], { prevHash: "other" }), /not chained/],
  "the end of the log is missing": [({ events }) => void events.pop(), /the receipts end at/],
  "the server's own check fails": [(history) => set(history.verified, { valid: false }), /verify says/],
  "an acknowledged commit is lost": [
    ({ events }) =>
      set(
        events.find(({ payload }) => payload.key === "c-2"),
        { payload: { key: "c-99" } },
      ),
    /c-2 \(acknowledged\) is in the log 0 times/,
  ],
  "a commit is applied twice": [
    ({ events }) =>
      set(
        events.find(({ payload }) => payload.key === "c-1"),
        { payload: { key: "c-2" } },
      ),
    /c-2 \(acknowledged\) is in the log 2 times/,
  ],
  "a refused commit is there": [
    (_history, ledger) => set(ledger.sent[1], { standing: "refused", receipt: null }),
    /c-2 \(refused\) is in the log 1 times/,
  ],
  "a commit is there by half": [
    ({ events }) =>
      set(
        events.find(({ type }) => type === "workstream.created"),
        { type: "x.other" },
      ),
    /c-1 \(acknowledged\) is there without workstream w/,
  ],
  "a lost commit has left half of itself": [
    ({ events }, ledger) => {
      set(
        events.find(({ payload }) => payload.key === "c-1"),
        { payload: { key: "c-99" } },
      );
      set(ledger.sent[0], { standing: "unknown", receipt: null });
    },
    /c-1 \(unknown\) is not there, but run r is/,
  ],
  "a receipt has another hash": [
    ({ receipts }) => set(receipts[0], { hash: "other" }),
    /its receipt rc_1 is stored as/,
  ],
  "a job runs twice at once": [
    ({ events }) =>
      set(
        events.find(({ type }) => type === "job.attempt_failed"),
        { type: "x.other" },
      ),
    /it starts while it is running/,
  ],
  "a job ends under another agent": [
    ({ events }) => change(events, "job.completed", { agentKey: "thief" }),
    /thief ends what a runs/,
  ],
  "a job's row lags behind": [({ jobs }) => set(jobs[0], { status: "queued" }), /its events say completed/],
  "an attempt is missing": [({ attempts }) => void attempts.shift(), /job j has attempts 2, not 1,2/],
  "an acknowledged end is lost": [
    ({ events }) =>
      set(
        events.find(({ type }) => type === "job.completed"),
        { type: "job.failed" },
      ),
    /ended attempt 2 of j \(completed\), which the log says 0 times/,
  ],
  "a run counts a job too many": [
    ({ runs }) => set(runs[0]?.jobCounts, { queued: 1 }),
    /run r counts 1 queued jobs; there are 0/,
  ],
  "a slot stays busy": [({ agents }) => set(agents[1], { busy: 1 }), /agent a has 1 busy slots and runs 0 jobs/],
  "an outcome is counted twice": [
    ({ agents }) => set(agents[1]?.statistics, { total: 3, failed: 2 }),
    /agent a has 3 calls, 1 and 2; the log has 1 and 1/,
  ],
  "a run moves as it may not": [
    ({ events }) => change(events, "run.transitioned", { to: "blocked" }),
    /moves run r from pending \(pending\) to blocked/,
  ],
  "a deadline fires too soon": [
    ({ events }) =>
      set(
        events.findLast(({ type }) => type === "run.transitioned"),
        { at: "2026-11-21T12:00:01.000Z" },
      ),
    /ends run timed before its deadline/,
  ],
  "an incomplete run is not found": [({ incomplete }) => void incomplete.pop(), /incomplete runs are r; the list says/],
  "a breaker goes half-open too soon": [
    ({ events }) =>
      set(
        events.find(({ type }) => type === "breaker.half_opened"),
        { at: "2026-11-21T12:00:00.100Z" },
      ),
    /half_opened of b comes at/,
  ],
  "a breaker goes half-open twice": [
    ({ agents }) => set(agents[0]?.breaker, { epoch: 3 }),
    /the breaker of b is half_open, epoch 3; its events say half_open, 2/,
  ],
  "a row changes behind the log's back": [
    ({ runs }) => set(runs[0], { workflow: "other" }),
    /run r has workflow "other"; its events say "w"/,
  ],
  "a queue counts a job too few": [
    ({ queues }) => set(queues[0]?.jobCounts, { completed: 0 }),
    /queue default counts 0 completed jobs; there are 1/,
  ],
  "a session moves as it may not": [
    ({ events }) => change(events, "session.transitioned", { to: "completed" }),
    /moves session s from pending \(pending\) to completed/,
  ],
  "an approval is used up twice": [
    ({ events }) =>
      set(
        events.find(({ type }) => type === "x.mark"),
        { type: "approval.consumed", subject: { kind: "approval", id: "ap" } },
      ),
    /approval.consumed of ap/,
  ],
  "a timer is forgotten": [
    ({ events }) =>
      set(
        events.find(({ type }) => type === "breaker.half_opened"),
        { type: "x.other" },
      ),
    /agent b is due and has not fired/,
  ],
};

for (const [fault, [falsify, complaint]] of Object.entries(FALSIFIED)) {
  test(`it would report that ${fault}`, () => {
    const made = day();
    const history = made.history();
    falsify(history, made.ledger);
    expect(checkAll(history, made.ledger, OUTAGE).join("\n")).toMatch(complaint);
  });
}

test("a seed gives the same numbers again, and every actor numbers of its own", () => {
  const numbers = (random: Random) => Array.from({ length: 20 }, () => random.int(0, 1_000_000));
  expect(numbers(new Random(7).fork("a"))).toEqual(numbers(new Random(7).fork("a")));
  expect(numbers(new Random(7).fork("a"))).not.toEqual(numbers(new Random(7).fork("b")));
  expect(numbers(new Random(7).fork("a"))).not.toEqual(numbers(new Random(8).fork("a")));
});

/** Falsifies something that must be there. */
function set<T extends object>(target: T | null | undefined, values: Partial<T>): void {
  if (!target) throw new Error("nothing to falsify");
  Object.assign(target, values);
}

function change(events: History["events"], type: string, payload: object): void {
  const event = events.find((one) => one.type === type);
  set(event?.payload, payload);
}
