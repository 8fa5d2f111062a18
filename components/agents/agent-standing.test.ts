import { describe, expect, it } from "vitest";
import type { AgentView } from "./agent-rows.ts";
import { alertsByAgent, byStanding, countStandings, filterAgents, type Placed, standingOf } from "./agent-standing.ts";
import { agentView, alertAbout } from "./agents.test-kit.ts";

const placed = (view: AgentView, alerts: Placed["alerts"] = []): Placed => {
  const one = { ...view, alerts };
  return { ...one, standing: standingOf(one) };
};

const board = [
  placed(agentView("idle")),
  placed(agentView("mute"), [alertAbout("mute", "agent_silent")]),
  placed(agentView("leaving", { agent: { draining: true } })),
  placed(agentView("off", { breaker: { state: "disabled" } })),
  placed(agentView("shaky", { breaker: { failureRate: 0.3 } })),
  placed(agentView("half", { breaker: { state: "half_open" } })),
  placed(agentView("held", { breaker: { state: "forced_open" } })),
  placed(agentView("broken", { breaker: { state: "open", failureRate: 0.9, lastError: "exit code 1" } })),
  placed(agentView("busy", { breaker: { failureRate: 0.1 } })),
  placed(agentView("calm", { breaker: { failureRate: 0.2 } })),
];

describe("the order of the agents board", () => {
  it("is worst first: open and tripped, half-open, failing, disabled, draining, silent, then the rest by key", () => {
    const order = board.toSorted(byStanding).map(({ agent }) => agent.id);
    expect(order).toEqual(["broken", "held", "half", "shaky", "off", "leaving", "mute", "busy", "calm", "idle"]);
  });

  it("a rate of exactly half the threshold is not failing yet", () => {
    expect(placed(agentView("a", { breaker: { failureRate: 0.25 } })).standing).toBe("closed");
    expect(placed(agentView("a", { breaker: { failureRate: 0.26 } })).standing).toBe("failing");
  });

  it("a draining agent with an open breaker counts as open", () => {
    expect(placed(agentView("a", { agent: { draining: true }, breaker: { state: "open" } })).standing).toBe("open");
  });

  it("standings are counted, the worst first, without empty ones", () => {
    const counts = countStandings(board).map(({ standing, count }) => `${standing} ${count}`);
    expect(counts[0]).toBe("open 2");
    expect(counts.at(-1)).toBe("closed 3");
    expect(countStandings([])).toEqual([]);
  });
});

describe("the filter of the agents board", () => {
  const found = (...filter: [Placed["standing"] | null, string]) =>
    filterAgents(board, ...filter).map(({ agent }) => agent.id);

  it("takes a standing, words of the name, the key or the last error, or both", () => {
    expect(found("open", "")).toEqual(["held", "broken"]);
    expect(found(null, "CODE exit")).toEqual(["broken"]);
    expect(found("half_open", "broken")).toEqual([]);
    expect(found(null, "  ")).toHaveLength(board.length);
  });
});

describe("alerts about agents", () => {
  it("are found by agent; those about something else are left out", () => {
    const other = { ...alertAbout("x", "queue_depth"), subjectKind: "queue" };
    const of = alertsByAgent([alertAbout("a", "breaker_open"), alertAbout("a", "success_rate"), other]);
    expect(of.get("a")?.map(({ rule }) => rule)).toEqual(["breaker_open", "success_rate"]);
    expect(of.get("x")).toBeUndefined();
  });
});
