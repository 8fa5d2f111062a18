import { describe, expect, it } from "vitest";
import { resolveBreakerConfig } from "../../../domain/breaker-config.ts";
import { newBreaker } from "../../../domain/breaker-state.ts";
import type { BreakerStateName } from "../../../domain/statuses.ts";
import type { Wire } from "../../../domain/wire.ts";
import { diagnose, diagnoseRun, type Surroundings } from "./diagnose.ts";
import { aJob, anAgent, at, T0, time } from "./engine.test-kit.ts";

function aBreaker(agentKey: string, state: BreakerStateName, resetAt: string | null = null): Wire<"breaker"> {
  const machine = newBreaker(resolveBreakerConfig(), T0);
  return { ...machine, kind: "breaker", id: agentKey, agentKey, state, resetAt, version: 1, seq: 1, updatedAt: at(0) };
}

function around(jobs: Wire<"job">[], agents?: Wire<"agent">[], breakers: Wire<"breaker">[] = []): Surroundings {
  return {
    jobs: new Map(jobs.map((job) => [job.id, job])),
    agents,
    breakers: new Map(breakers.map((breaker) => [breaker.agentKey, breaker])),
    now: time(10),
  };
}

const texts = (job: Wire<"job">, surroundings: Surroundings) => diagnose(job, surroundings).map((hint) => hint.text);

describe("diagnosis of a job", () => {
  it("names the jobs it waits for", () => {
    const job = aJob("deploy", { status: "waiting", dependsOn: ["a", "b", "c"] });
    const jobs = [job, aJob("a", { status: "completed" }), aJob("b", { status: "running", step: "tests" }), aJob("c")];
    const [hint] = diagnose(job, around(jobs));
    expect(hint).toMatchObject({ text: "Waiting for tests (running), c (queued)", jobIds: ["b", "c"] });
  });

  it("says when the next try starts, and when a scheduled job does", () => {
    const retrying = aJob("a", { attempt: 3, attemptBase: 2, maxAttempts: 3, runAt: at(15) });
    expect(diagnose(retrying, around([retrying]))).toMatchObject([
      { code: "next_retry", until: at(15), text: "Attempt 1 of 3 failed; the next one starts" },
    ]);
    const scheduled = aJob("b", { runAt: at(15) });
    expect(diagnose(scheduled, around([scheduled]))).toMatchObject([{ code: "scheduled", until: at(15) }]);
  });

  it("says that no agent offers what it needs", () => {
    const job = aJob("a", { capability: "gpu" });
    expect(texts(job, around([job], [anAgent("alpha", { capabilities: ["cpu"] })]))).toEqual([
      "No agent offers the capability “gpu”",
    ]);
    const pinned = aJob("b", { agentKey: "zeta" });
    expect(texts(pinned, around([pinned], []))).toEqual(["It is for agent zeta only, which is not registered"]);
    const any = aJob("c");
    expect(texts(any, around([any], []))).toEqual(["No agent is registered"]);
  });

  it("says nothing about agents before they are known", () => {
    const job = aJob("a", { capability: "gpu" });
    expect(diagnose(job, around([job]))).toEqual([]);
  });

  it("says that a breaker is open, how many jobs it holds up, and when it lets trials through", () => {
    const jobs = [aJob("a"), aJob("b"), aJob("c", { status: "running" })];
    const surroundings = around(jobs, [anAgent("alpha")], [aBreaker("alpha", "open", at(20))]);
    const hint = {
      code: "breaker_open",
      text: "The breaker of agent alpha is open: 2 jobs wait",
      agentKeys: ["alpha"],
      until: at(20),
    };
    expect(diagnose(jobs[0] as Wire<"job">, surroundings)).toMatchObject([hint]);
    expect(diagnoseRun(surroundings)).toMatchObject([{ ...hint, jobIds: ["a", "b"] }]);
  });

  it("does not blame an open breaker when another agent has a free slot", () => {
    const job = aJob("a");
    const breakers = [aBreaker("alpha", "forced_open")];
    expect(diagnose(job, around([job], [anAgent("alpha"), anAgent("beta")], breakers))).toEqual([]);
    const busy = [anAgent("alpha"), anAgent("beta", { busy: 1 })];
    expect(diagnose(job, around([job], busy, breakers)).map((hint) => hint.code)).toEqual([
      "breaker_open",
      "agents_busy",
    ]);
  });

  it("says that all agents are busy or draining", () => {
    const job = aJob("a");
    expect(texts(job, around([job], [anAgent("alpha", { busy: 1 })]))).toEqual([
      "alpha is busy: all its slots are taken",
    ]);
    expect(texts(job, around([job], [anAgent("alpha", { draining: true })]))).toEqual([
      "alpha could run it, but is draining",
    ]);
  });

  it("tells why a job was cancelled or failed", () => {
    const parent = aJob("a", { status: "failed", step: "build" });
    const child = aJob("b", { status: "cancelled", reason: "dependency_failed", dependsOn: ["a"] });
    expect(texts(child, around([parent, child]))).toEqual([
      "Cancelled because a job it depends on did not complete: build (failed)",
    ]);
    expect(texts(aJob("c", { status: "failed", exitCode: 127 }), around([]))).toEqual([
      "Exit code 127: the command was not found",
    ]);
    const lost = aJob("d", { status: "failed", claimedBy: "alpha", error: { message: "…", code: "lease_expired" } });
    expect(diagnose(lost, around([]))).toMatchObject([{ code: "lease_expired", agentKeys: ["alpha"] }]);
    expect(texts(aJob("e", { status: "timed_out", timeoutMs: 1500 }), around([]))).toEqual([
      "It did not end within its timeout of 1.5 s",
    ]);
  });

  it("has nothing to say about a job that runs or ended well", () => {
    for (const status of ["running", "completed"] as const)
      expect(diagnose(aJob("a", { status }), around([]))).toEqual([]);
  });
});
