import { expect, test } from "vitest";
import { LoggedWorld } from "../kernel/log.test-kit.ts";
import { toWire } from "../kernel/wire.ts";
import { createReplay, emptyView } from "./replay.ts";
import { startOf } from "./replay-start.ts";

const world = new LoggedWorld();
const later = (...mutations: Parameters<LoggedWorld["commit"]>) => {
  world.now += 1000;
  world.commit(...mutations);
};
world.commit(
  { type: "run.create", runId: "r", workflow: "build", tags: ["t"] },
  { type: "workstream.create", runId: "r", workstreamId: "w", title: "Work" },
);
later({ type: "job.enqueue", runId: "r", workstreamId: "w", jobId: "j", maxAttempts: 2, backoffMs: 0 });
later({ type: "workstream.transition", workstreamId: "w", to: "ready" });
later({ type: "job.start", jobId: "j", agentKey: "a" });
later({ type: "workstream.create", runId: "r", workstreamId: "late", title: "Late" });
later({ type: "job.fail", jobId: "j", error: "no" });
later({ type: "workstream.transition", workstreamId: "w", to: "running" });
later({ type: "job.start", jobId: "j", agentKey: "b" });
later({ type: "job.complete", jobId: "j" });
later({ type: "run.transition", runId: "r", to: "failed", reason: "enough" });
later({ type: "run.retry", runId: "r" });

const log = world.logOf("r");
const now = {
  run: toWire("run", world.row("run", "r")),
  workstreams: world.all("workstream").map((row) => toWire("workstream", row)),
};

test("a log with its beginning begins with nothing", () => {
  expect(startOf(log, now)).toEqual(emptyView());
  expect(startOf([], now)).toEqual(emptyView());
});

test("a log that has lost its beginning gives the same statuses as the whole one at every position", () => {
  const whole = createReplay(log);
  for (let lost = 1; lost < log.length; lost += 1) {
    const rest = log.slice(lost);
    const replay = createReplay(rest, startOf(rest, now));
    for (let count = 1; count <= rest.length; count += 1) {
      const [left, right] = [replay.after(count), whole.after(lost + count)];
      const where = `${lost} lost, ${count} read`;
      const { status, workflow, tags, startedAt } = right.run ?? {};
      expect(left.run, where).toMatchObject({ status, workflow, tags, startedAt });
      for (const [id, row] of right.workstreams) {
        const { title, status: column } = row;
        expect(left.workstreams.get(id), where).toMatchObject({ title, status: column });
      }
      for (const [id, job] of left.jobs) expect(job.status, where).toBe(right.jobs.get(id)?.status);
    }
  }
});
