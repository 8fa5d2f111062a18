import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addDuration } from "../figures.ts";
import { type AgentSeen, type Asked, DEFAULT_WEIGHTS, ENOUGH_OF_TYPE, rankCandidates } from "./score.ts";

const record = (total = 0, successful = total, duration?: number) => ({
  total,
  successful,
  histogram: duration === undefined ? {} : addDuration({}, duration),
});

const agent = (agentKey: string, more: Partial<AgentSeen> = {}): AgentSeen => ({
  agentKey,
  capabilities: ["go"],
  capacity: 4,
  bounded: true,
  busy: 0,
  draining: false,
  breaker: { state: "closed", resetAt: null },
  slots: Number.POSITIVE_INFINITY,
  overall: record(),
  ofType: record(),
  ...more,
});

const asked = (more: Partial<Asked> = {}): Asked => ({
  requiredCapability: "go",
  priority: null,
  weights: DEFAULT_WEIGHTS,
  unwanted: new Map(),
  ...more,
});

const keys = (agents: AgentSeen[], more: Partial<Asked> = {}) =>
  rankCandidates(agents, asked(more)).map(({ agentKey, excluded }) => (excluded ? `(${agentKey})` : agentKey));

const open = { state: "open" as const, resetAt: "2026-11-21T12:01:00.000Z" };
const halfOpen = { state: "half_open" as const, resetAt: null };

describe("rankCandidates", () => {
  test.each<[string, Partial<AgentSeen>]>([
    ["capability go is missing", { capabilities: ["rust"] }],
    ["draining", { draining: true }],
    ["breaker open until 2026-11-21T12:01:00.000Z", { breaker: open, slots: 0 }],
    ["breaker forced_open", { breaker: { state: "forced_open", resetAt: null }, slots: 0 }],
    ["breaker half_open, no trial is free", { breaker: halfOpen, slots: 0 }],
    ["no free slot: 4 of 4 busy", { busy: 4 }],
    ["no free slot: 0 of 0 busy", { capacity: 0 }],
    ["excluded by the caller", {}],
  ])("leaves out, and says %j", (excluded, more) => {
    const unwanted = new Map(excluded === "excluded by the caller" ? [["x", excluded]] : []);
    expect(rankCandidates([agent("x", more)], asked({ unwanted }))).toMatchObject([{ agentKey: "x", excluded }]);
  });

  test("of those left out, the ones that have the capability come first, however good the others are", () => {
    const good = agent("good", { capabilities: ["rust"], overall: record(100) });
    const tripped = agent("tripped", { overall: record(100, 0), breaker: open, slots: 0 });
    expect(keys([good, tripped])).toEqual(["(tripped)", "(good)"]);
  });

  test("an agent without a stated capacity is never full", () => {
    expect(keys([agent("x", { bounded: false, capacity: 1, busy: 9 })])).toEqual(["x"]);
  });

  test("success counts by what is sure: ninety of a hundred before one of one, a newcomer before one that fails", () => {
    const all = [
      agent("fails", { overall: record(20, 4) }),
      agent("lucky", { overall: record(1) }),
      agent("new"),
      agent("proven", { overall: record(100, 90) }),
    ];
    expect(keys(all)).toEqual(["proven", "lucky", "new", "fails"]);
  });

  test("of two with the same rate the longer record wins, whatever their keys", () => {
    const short = agent("a", { overall: record(10, 8) });
    const long = agent("z", { overall: record(100, 80) });
    expect(keys([short, long])).toEqual(["z", "a"]);
  });

  test("the record at this type of task counts once there is enough of it", () => {
    const overall = record(1000, 990);
    const ofType = record(ENOUGH_OF_TYPE, 2);
    const [first, second] = rankCandidates(
      [
        agent("poor-at-it", { overall, ofType }),
        agent("not-enough", { overall, ofType: record(ENOUGH_OF_TYPE - 1, 0) }),
      ],
      asked(),
    );
    expect(first).toMatchObject({ agentKey: "not-enough", parts: { basis: "overall", sample: 1000 } });
    expect(second).toMatchObject({ agentKey: "poor-at-it", parts: { basis: "task_type", sample: ENOUGH_OF_TYPE } });
  });

  test("speed is relative to the fastest that can take it, load is the free share; weights decide between them", () => {
    const all = [
      agent("fast", { overall: record(10, 10, 100), busy: 3 }),
      agent("idle", { overall: record(10, 10, 1000) }),
      agent("out", { overall: record(10, 10, 1), draining: true }),
    ];
    const [fast, idle] = rankCandidates(all, asked({ weights: { success: 0, speed: 1, load: 0 } }));
    expect(fast).toMatchObject({ agentKey: "fast", score: 1, parts: { load: 0.25 } });
    expect(idle?.parts?.speed).toBeCloseTo(0.1, 1);
    expect(keys(all, { weights: { success: 0, speed: 0, load: 1 } })).toEqual(["idle", "fast", "(out)"]);
  });

  test("a half-open agent with a free trial competes, but not for a task of raised priority", () => {
    const all = [agent("a", { breaker: halfOpen, slots: 1, overall: record(100, 99) }), agent("b")];
    expect(rankCandidates(all, asked())[0]).toMatchObject({ agentKey: "a", trial: true });
    expect(keys(all, { priority: 1 })).toEqual(["b", "a"]);
    expect(keys([all[0] as AgentSeen], { priority: 1 })).toEqual(["a"]);
  });

  test("of equal scores the first key wins", () => {
    expect(keys([agent("b"), agent("c"), agent("a")])).toEqual(["a", "b", "c"]);
  });

  test("scores lie in 0–1, the best of those that can come first, and the order of agents changes nothing", () => {
    const some = fc.record({
      total: fc.nat(50),
      good: fc.nat(50),
      busy: fc.nat(5),
      slots: fc.constantFrom(0, 1, Number.POSITIVE_INFINITY),
      duration: fc.option(fc.nat(10_000), { nil: undefined }),
    });
    const weights = fc.record({ success: fc.nat(9), speed: fc.nat(9), load: fc.nat(9) });
    fc.assert(
      fc.property(fc.array(some, { maxLength: 8 }), weights, (made, given) => {
        const all = made.map(({ total, good, busy, slots, duration }, index) =>
          agent(`a${index}`, { busy, slots, overall: record(total, Math.min(good, total), duration) }),
        );
        const how = asked({ weights: Object.values(given).some((weight) => weight > 0) ? given : DEFAULT_WEIGHTS });
        const ranked = rankCandidates(all, how);
        const able = ranked.filter((one) => one.excluded === undefined);
        expect(ranked.slice(0, able.length)).toEqual(able);
        able.forEach((one, index) => {
          expect(one.score).toBeGreaterThanOrEqual(0);
          expect(one.score).toBeLessThanOrEqual(1);
          expect(one.score).toBeLessThanOrEqual(able[index - 1]?.score ?? 1);
        });
        expect(rankCandidates([...all].reverse(), how)).toEqual(ranked);
      }),
    );
  });
});
