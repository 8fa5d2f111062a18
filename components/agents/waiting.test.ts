import { describe, expect, it } from "vitest";
import type { Wire } from "../../domain/kernel/wire.ts";
import { agentView } from "./agents.test-kit.ts";
import { waitingByAgent } from "./waiting.ts";

const job = (id: string, given: Partial<Wire<"job">> = {}): Wire<"job"> =>
  ({ id, jobId: id, runId: "r1", status: "queued", agentKey: null, capability: null, ...given }) as Wire<"job">;

const open = { breaker: { state: "open" as const } };
const go = { agent: { capabilities: ["go"] } };

describe("jobs that wait because of an agent", () => {
  it("are those that only it may run, by name or as the only one with the capability", () => {
    const waiting = waitingByAgent(
      [job("named", { agentKey: "a" }), job("able", { capability: "go", runId: "r2" }), job("anyone")],
      [agentView("a", { ...open, ...go }), agentView("b")],
    );
    expect(waiting.get("a")).toMatchObject({ jobs: 2, runs: [{ runId: "r1" }, { runId: "r2" }] });
    expect(waiting.get("b")).toBeUndefined();
  });

  it("wait for no agent while one that can run them takes work, and for all of those when none does", () => {
    const jobs = [job("shared", { capability: "go" })];
    const held = agentView("a", { ...open, ...go });
    expect(waitingByAgent(jobs, [held, agentView("b", go)]).size).toBe(0);
    const draining = agentView("b", { agent: { capabilities: ["go"], draining: true } });
    expect([...waitingByAgent(jobs, [held, draining]).keys()]).toEqual(["a", "b"]);
  });

  it("a job that no agent can run waits for no agent, and a running one does not wait", () => {
    const agents = [agentView("a", open)];
    expect(waitingByAgent([job("x", { capability: "rust" }), job("y", { status: "running" })], agents).size).toBe(0);
  });

  it("the run with the most jobs comes first", () => {
    const jobs = [job("1"), job("2", { runId: "r2" }), job("3", { runId: "r2" })];
    expect(
      waitingByAgent(jobs, [agentView("a", open)])
        .get("a")
        ?.runs.map(({ runId }) => runId),
    ).toEqual(["r2", "r1"]);
  });
});
