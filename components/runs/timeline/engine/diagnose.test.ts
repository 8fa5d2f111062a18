import { describe, expect, it } from "vitest";
import type { Wire } from "../../../../domain/kernel/wire.ts";
import { diagnose } from "./diagnose.ts";
import { aJob } from "./engine.test-kit.ts";

const around = (...jobs: Wire<"job">[]) => new Map(jobs.map((job) => [job.id, job]));
const texts = (job: Wire<"job">, ...jobs: Wire<"job">[]) => diagnose(job, around(...jobs)).map((hint) => hint.text);

describe("diagnosis of a job that has ended", () => {
  it("says why a job was cancelled or failed", () => {
    const parent = aJob("a", { status: "failed", step: "build" });
    const child = aJob("b", { status: "cancelled", reason: "dependency_failed", dependsOn: ["a"] });
    expect(texts(child, parent, child)).toEqual([
      "Cancelled because a job it depends on did not complete: build (failed)",
    ]);
    expect(texts(aJob("c", { status: "failed", exitCode: 127 }))).toEqual(["Exit code 127: the command was not found"]);
    const lost = aJob("d", { status: "failed", claimedBy: "alpha", error: { message: "…", code: "lease_expired" } });
    expect(diagnose(lost, around())).toMatchObject([{ code: "lease_expired", agentKeys: ["alpha"] }]);
    expect(texts(aJob("e", { status: "timed_out", timeoutMs: 1500 }))).toEqual([
      "It did not end within its timeout of 1.5 s",
    ]);
  });

  it("leaves it to the server to say why a job waits, and is empty for one that runs or completed", () => {
    for (const status of ["waiting", "queued", "running", "completed"] as const)
      expect(diagnose(aJob("a", { status }), around())).toEqual([]);
  });
});
