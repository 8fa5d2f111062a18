import fc from "fast-check";
import { expect, test } from "vitest";
import { tries } from "../../kernel/depth.test-kit.ts";
import type { BreakerStateName } from "../../kernel/statuses.ts";
import { add, go, isSetBack, type Model, newModel, passTime, recount, start } from "./breaker.model.ts";
import { type BreakerConfig, type BreakerConfigInput, breakerConfig, resolveBreakerConfig } from "./config.ts";
import { acquire, nextDue, override, reconfigure, record, release, reset, tick, trialSlots } from "./machine.ts";
import { type BreakerState, type BreakerStep, newBreaker, type OverrideState } from "./state.ts";

/**
 * Random commands, with a clock that also jumps back, run on the machine and on the model beside it
 * (`breaker.model.ts`). After each command the two must agree and the invariants hold.
 */
const RUNS = tries(2_000);
const COMMANDS_PER_RUN = 200;
const AT_LEAST = 75 * RUNS;
const T0 = Date.parse("2026-11-21T12:00:00.000Z");

const LEGAL: Record<BreakerStateName, readonly BreakerStateName[]> = {
  closed: ["open", "forced_open", "disabled"],
  open: ["half_open", "closed", "forced_open", "disabled"],
  half_open: ["open", "closed", "forced_open", "disabled"],
  forced_open: ["closed", "disabled"],
  disabled: ["closed", "forced_open"],
};

type Outcome = { success: boolean; durationMs: number };
type Real = { breaker: BreakerState };

let executed = 0;
let stepsHalfOpen = 0;
const movesSeen = new Set<string>();

function setup(config: BreakerConfig): { model: Model; real: Real } {
  const real = { breaker: newBreaker(config, T0) };
  freeze(real.breaker);
  return { model: newModel(config, T0), real };
}

function must(truth: boolean, what: string): asserts truth {
  if (!truth) throw new Error(what);
}

function freeze(value: unknown): void {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const part of Object.values(value)) freeze(part);
}

/** Takes the machine's step, checks what holds for every step, and that machine and model agree. */
function take(m: Model, r: Real, step: BreakerStep): void {
  const before = r.breaker;
  const after = step.breaker;
  let from = before.state;
  const setBack = isSetBack(Date.parse(before.changedAt), m.now);
  for (const move of step.transitions) {
    must(move.from === from && LEGAL[from].includes(move.to), `illegal move ${from} -> ${move.to}`);
    if (move.from === "open" && move.to === "half_open") {
      must(setBack || move.at >= (before.resetAt ?? ""), "the open time shrank");
    }
    movesSeen.add(`${from} -> ${move.to}`);
    from = move.to;
  }
  must(after.state === from && after.epoch === before.epoch + step.transitions.length, "a move without its epoch");
  if (before.state === "open" && step.transitions.length === 0 && !setBack)
    must(after.resetAt === before.resetAt, "resetAt moved");
  must(setBack || after.changedAt >= before.changedAt, "changedAt went back");
  must(Date.parse(after.changedAt) === m.floor, "changedAt differs from the model");

  const counted = recount(m);
  must(after.state === m.state, `state is ${after.state}, the model says ${m.state}`);
  must(after.epoch === m.epoch && after.openings === m.openings, "epoch or openings differ from the model");
  must((after.resetAt === null ? null : Date.parse(after.resetAt)) === m.resetAt, "resetAt differs from the model");
  must(after.calls === counted.calls && after.failureCount === counted.failures, "figures differ from a recount");
  must(
    after.window.failures === counted.failures && after.window.slow === counted.slow,
    "window differs from a recount",
  );
  must(after.successCount === counted.calls - counted.failures, "successes differ from a recount");
  must(after.failureRate === (counted.calls ? counted.failures / counted.calls : null), "failure rate is wrong");
  const slowRate = counted.calls && m.config.slowCallMs !== undefined ? counted.slow / counted.calls : null;
  must(after.slowCallRate === slowRate, "slow-call rate is wrong");
  const inFlight = m.trials.map((trial) => trial.permitId).join();
  must(after.trials.map((trial) => trial.permitId).join() === inFlight, "trials in flight differ from the model");
  const due = m.trials.length > 0 ? Math.min(...m.trials.map((trial) => trial.deadline)) : m.resetAt;
  must(nextDue(after) === due, "nextDue differs from the model");
  if (after.state === "half_open") {
    stepsHalfOpen += 1;
    must(after.trials.length + after.calls <= after.config.permittedTrials, "more trials than permitted");
    const slots = trialSlots(after, m.floor);
    must(slots > 0 || after.trials.length > 0, "stuck half-open: no trial free and none in flight");
  } else {
    must(after.trials.length === 0, "trials outside half-open");
  }
  const held = after.state === "forced_open" || after.state === "disabled";
  must(
    (after.override !== null) === held && (!held || after.override?.state === after.state),
    "override and state differ",
  );
  freeze(after);
  r.breaker = after;
}

class Command implements fc.Command<Model, Real> {
  constructor(
    readonly name: string,
    readonly act: (m: Model, r: Real) => void,
  ) {}
  check(): boolean {
    return true;
  }
  run(m: Model, r: Real): void {
    executed += 1;
    this.act(m, r);
  }
  toString(): string {
    return this.name;
  }
}

const command = <T>(name: string, input: fc.Arbitrary<T>, act: (input: T) => (m: Model, r: Real) => void) =>
  input.map((value) => new Command(`${name}(${JSON.stringify(value)})`, act(value)));

const config: fc.Arbitrary<BreakerConfigInput> = fc.record(
  {
    window: fc.constantFrom("count" as const, "time" as const),
    windowSize: fc.integer({ min: 1, max: 9 }),
    minimumCalls: fc.integer({ min: 1, max: 6 }),
    failureRateThreshold: fc.constantFrom(0, 0.25, 0.5, 0.6, 1),
    slowCallMs: fc.constant(100),
    slowCallRateThreshold: fc.constantFrom(0.3, 0.7),
    openMs: fc.integer({ min: 1, max: 20_000 }),
    openMultiplier: fc.constantFrom(1, 2, 10),
    maxOpenMs: fc.constantFrom(500, 60_000),
    permittedTrials: fc.integer({ min: 1, max: 4 }),
    trialTimeoutMs: fc.integer({ min: 1, max: 20_000 }),
  },
  { requiredKeys: [] },
);
const outcome: fc.Arbitrary<Outcome> = fc.record({
  success: fc.boolean(),
  durationMs: fc.constantFrom(5, 100, 101, 900),
});
const pick = fc.nat(50);
const order = { reason: "because", by: "user:ada" };

const isSlow = (m: Model, one: Outcome) => m.config.slowCallMs !== undefined && one.durationMs > m.config.slowCallMs;

const acquireNew = command("acquire", fc.constant(null), () => (m, r) => {
  const permitId = `p${m.permits.length}`;
  m.permits.push(permitId);
  const at = passTime(m);
  const free = m.config.permittedTrials - m.trials.length - m.history.length;
  const trial = m.state === "half_open" && free > 0;
  if (trial) m.trials.push({ permitId, deadline: at + m.config.trialTimeoutMs });
  const step = acquire(r.breaker, m.now, permitId);
  must(step.permitted === (trial || m.state === "closed" || m.state === "disabled"), `permitted: ${step.permitted}`);
  must(step.permitId === (trial ? permitId : null) && step.epoch === m.epoch, "wrong permit or epoch");
  take(m, r, step);
});

const recordPlain = command("record", fc.tuple(outcome, fc.boolean()), ([one, anyTrial]) => (m, r) => {
  const at = passTime(m);
  const counts = m.state === "closed" || (m.state === "half_open" && anyTrial);
  if (m.state === "half_open" && anyTrial) m.trials.shift();
  if (counts) add(m, !one.success, isSlow(m, one), at);
  const step = record(r.breaker, one, m.now, null, { anyTrial });
  must(step.counted === counts, "counted wrongly");
  take(m, r, step);
});

const recordPermit = (name: string, choose: (m: Model, n: number) => string | undefined) =>
  command(name, fc.tuple(outcome, pick, fc.boolean()), ([one, n, anyTrial]) => (m, r) => {
    const permitId = choose(m, n) ?? "never-issued";
    const at = passTime(m);
    const counts = m.trials.some((trial) => trial.permitId === permitId);
    m.trials = m.trials.filter((trial) => trial.permitId !== permitId);
    if (counts) add(m, !one.success, isSlow(m, one), at);
    const step = record(r.breaker, one, m.now, permitId, { anyTrial });
    must(step.counted === counts, "a late outcome was counted, or a trial was not");
    take(m, r, step);
  });

const recordOtherEpoch = command("recordOtherEpoch", fc.tuple(outcome, fc.nat(3)), ([one, back]) => (m, r) => {
  passTime(m);
  const step = record(r.breaker, one, m.now, null, { anyTrial: true, epoch: m.epoch - 1 - back });
  must(!step.counted, "an outcome of an earlier epoch was counted");
  take(m, r, step);
});

const releaseOne = command("release", pick, (n) => (m, r) => {
  const permitId = (m.trials[n % (m.trials.length || 1)]?.permitId ?? m.permits[n]) || "never-issued";
  passTime(m);
  const held = m.trials.length;
  m.trials = m.trials.filter((trial) => trial.permitId !== permitId);
  const step = release(r.breaker, permitId, m.now);
  must(step.released === m.trials.length < held, "released wrongly");
  take(m, r, step);
});

const tickNow = command("tick", fc.constant(null), () => (m, r) => {
  passTime(m);
  const step = tick(r.breaker, m.now);
  must(tick(step.breaker, m.now).breaker === step.breaker, "a second tick at the same time did something");
  take(m, r, step);
});

const overrideStates: OverrideState[] = ["forced_open", "disabled", "closed"];
const hold = fc.tuple(fc.constantFrom(...overrideStates), fc.option(fc.integer({ min: 1, max: 20_000 })));
const overrideTo = command("override", hold, ([state, forMs]) => (m, r) => {
  const at = passTime(m);
  const until = forMs === null ? null : at + forMs;
  if (state === "closed") {
    if (m.state === "closed") start(m, m.config.window, m.config.windowSize);
    else go(m, "closed", at);
  } else if (m.state === state) {
    if (m.resetAt !== until) m.floor = at;
    m.resetAt = until;
  } else {
    go(m, state, at, until);
  }
  const expiresAt = until === null ? null : new Date(until).toISOString();
  take(m, r, override(r.breaker, state, { ...order, expiresAt }, m.now));
});

const resetIt = command("reset", fc.constant(null), () => (m, r) => {
  const at = passTime(m);
  if (m.state === "closed") start(m, m.config.window, m.config.windowSize);
  else go(m, "closed", at);
  const step = reset(r.breaker, order, m.now);
  must(reset(step.breaker, order, m.now).breaker === step.breaker, "reset is not idempotent");
  take(m, r, step);
});

const reconfigureIt = command("reconfigure", config, (input) => (m, r) => {
  const next = resolveBreakerConfig(breakerConfig.parse(input));
  passTime(m);
  const was = m.config;
  m.config = next;
  if (m.state === "half_open") {
    m.trials = m.trials.slice(0, next.permittedTrials);
    if (was.permittedTrials !== next.permittedTrials) start(m, "count", next.permittedTrials);
  } else if (was.window !== next.window || was.windowSize !== next.windowSize) {
    start(m, next.window, next.windowSize);
  }
  take(m, r, reconfigure(r.breaker, next, m.now));
});

const moveClock = command("wait", fc.oneof(fc.nat(2_000), fc.nat(40_000)), (by) => (m) => {
  m.now += by;
});
/** To the moment at which time does something next, or just before it. */
const waitForDue = command("waitForDue", fc.nat(1), (early) => (m) => {
  m.now = Math.max(m.now, (m.resetAt ?? m.trials[0]?.deadline ?? m.now) - early);
});
const jumpBack = command("jumpBack", fc.oneof(fc.nat(30_000), fc.nat(40 * 86_400_000)), (by) => (m) => {
  m.now -= by;
});

const throughJson = command("throughJson", fc.constant(null), () => (_, r) => {
  r.breaker = JSON.parse(JSON.stringify(r.breaker));
  freeze(r.breaker);
});

/** Does not change anything: on a copy, `trialSlots` is the number of calls that really pass. */
const countSlots = command("countSlots", fc.constant(null), () => (m, r) => {
  const slots = trialSlots(r.breaker, m.now);
  let copy = r.breaker;
  let passed = 0;
  for (let n = 0; n < 6; n += 1) {
    const step = acquire(copy, m.now, `copy${n}`);
    copy = step.breaker;
    passed += Number(step.permitted);
  }
  must(passed === Math.min(slots, 6), `${slots} slots, but ${passed} calls passed`);
});

/**
 * Does not change anything: from here on nobody reports any more, then all calls succeed: the
 * breaker must close.
 */
const canRecover = command("canRecover", fc.constant(null), () => (_, r) => {
  let copy = r.breaker;
  for (let round = 0; round < 8; round += 1) {
    const due = nextDue(copy);
    if (due === null) break;
    const next = tick(copy, due).breaker;
    must(next !== copy, `stuck: nothing happened at its time in ${copy.state}`);
    copy = next;
  }
  if (copy.override) return;
  const now = nextDue(copy) ?? Date.parse(copy.changedAt);
  for (let n = 0; n < 4 && copy.state !== "closed"; n += 1) {
    copy = record(acquire(copy, now, `copy${n}`).breaker, { success: true }, now, `copy${n}`).breaker;
    if (copy.state === "open") return; // The trials that never reported were enough to open it again.
  }
  must(copy.state === "closed", `stuck in ${copy.state}`);
});

const inFlight = (m: Model, n: number) => m.trials[n % (m.trials.length || 1)]?.permitId;
const anyPermit = (m: Model, n: number) => m.permits[n % (m.permits.length || 1)];
const weighted: [number, fc.Arbitrary<Command>][] = [
  [14, acquireNew],
  [8, recordPlain],
  [4, recordPermit("recordTrial", inFlight)],
  [2, recordPermit("recordAnyPermit", anyPermit)],
  [1, recordOtherEpoch],
  [1, releaseOne],
  [2, tickNow],
  [2, moveClock],
  [4, waitForDue],
  [1, jumpBack],
  [1, overrideTo],
  [1, resetIt],
  [1, reconfigureIt],
  [1, throughJson],
  [1, countSlots],
  [1, canRecover],
];
const commands = fc.commands(
  weighted.flatMap(([weight, one]) => Array.from({ length: weight }, () => one)),
  { maxCommands: COMMANDS_PER_RUN, size: "max" },
);

test("the breaker agrees with a model that recounts everything, through any commands and clock jumps", () => {
  fc.assert(
    fc.property(config, commands, (input, list) => {
      fc.modelRun(() => setup(resolveBreakerConfig(breakerConfig.parse(input))), list);
    }),
    { numRuns: RUNS },
  );
  expect(executed).toBeGreaterThan(AT_LEAST);
  expect(stepsHalfOpen / executed, "the commands hardly reach half-open any more").toBeGreaterThan(0.05);
  const legal = Object.entries(LEGAL).flatMap(([from, targets]) => targets.map((to) => `${from} -> ${to}`));
  expect([...movesSeen].sort(), "the commands no longer reach every legal move").toEqual(legal.sort());
}, 60_000);
