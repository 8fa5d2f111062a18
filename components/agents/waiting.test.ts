import { describe, expect, it } from "vitest";
import type { Wire } from "../../domain/kernel/wire.ts";
import { agentView } from "./agents.test-kit.ts";
import { waitingByAgent } from "./waiting.ts";

const job = (id: string, given: Partial<Wire<"job">> = {}): Wire<"job"> =>
  ({ id, jobId: id, runId: "r1", status: "queued", agentKey: null, capability: null, ...given }) as Wire<"job">;

const open = { breaker: { state: "open" as const } };
const go = { agent: { capabilities: ["go"] } };

describe("jobs that wait because of an agent", () => {
  it("are those that only it may do, by name or because nobody else has the capability", () => {
    const waiting = waitingByAgent(
      [job("named", { agentKey: "a" }), job("able", { capability: "go", runId: "r2" }), job("anyone")],
      [agentView("a", { ...open, ...go }), agentView("b")],
    );
    expect(waiting.get("a")).toMatchObject({ jobs: 2, runs: [{ runId: "r1" }, { runId: "r2" }] });
    expect(waiting.get("b")).toBeUndefined();
  });

  it("wait for nobody while one who could do them takes work, and for all of them when none does", () => {
    const jobs = [job("shared", { capability: "go" })];
    const held = agentView("a", { ...open, ...go });
    expect(waitingByAgent(jobs, [held, agentView("b", go)]).size).toBe(0);
    const draining = agentView("b", { agent: { capabilities: ["go"], draining: true } });
    expect([...waitingByAgent(jobs, [held, draining]).keys()]).toEqual(["a", "b"]);
  });

  it("a job that nobody offers to do waits for no agent, and one that runs waits no more", () => {
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
