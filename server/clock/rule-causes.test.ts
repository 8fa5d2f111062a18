import { beforeEach, describe, expect, test } from "vitest";
import type { ClientMutationInput } from "../../domain/commit/mutations.ts";
import { laneDatabase } from "../store/lane/lane-database.ts";
import { beginWaitReads, readWhy } from "../store/reads/execution/waiting.ts";
import { givenTenants } from "../testing/given.ts";
import { openWatch, RUN, ruleOf as rule, type Watch } from "./rules.test-kit.ts";

const given = givenTenants();
let watch: Watch;
beforeEach(async () => {
  watch = given.closing(await openWatch(given));
});

const commit = (...mutations: ClientMutationInput[]) => watch.commit(...mutations);
const says = async (id: string) => {
  const { title, detail } = (await watch.alert(id)) ?? {};
  return [title, detail];
};
/** As if the job had been due for this long. */
const wait = async (jobId: string, ms: number) => {
  for (const column of ["queuedAt", "runAt"]) await watch.age("Job", column, jobId, ms);
};
/** As if the alert had fired long ago, without refreshes since. */
const grow = async (id: string) => {
  await watch.age("Alert", "firedAt", id, 3_600_000);
  await watch.age("Alert", "updatedAt", id, 61_000);
};
const why = async (jobId: string) => {
  const found = await readWhy(await beginWaitReads(laneDatabase(given.database.pool), watch.tenant), jobId);
  return found?.reasons[0]?.text;
};

describe("an alert names what waits, and why", () => {
  test("in a queue: the oldest job, with the cause that /jobs/{id}/why says, as it is now", async () => {
    await commit(RUN, rule("age", "queue_age", { queue: "q", maxAgeMs: 60_000 }), {
      type: "job.enqueue",
      jobId: "old",
      runId: "r",
      queue: "q",
      capability: "gpu",
    });
    await wait("old", 3_600_000);
    await watch.check();
    expect(await why("old")).toBe("No agent offers the capability “gpu”");
    expect(await says("age:q")).toEqual([
      "Job old waits in queue q for 1 h",
      "Job old of run r: No agent offers the capability “gpu”; none should wait longer than 1 min",
    ]);

    await commit(
      { type: "agent.register", agentKey: "x", capabilities: ["gpu"], capacity: 1 },
      { type: "job.enqueue", jobId: "other", runId: "r", capability: "gpu" },
      { type: "job.start", jobId: "other", agentKey: "x" },
    );
    await grow("age:q");
    await watch.check();
    expect((await says("age:q"))[1]).toBe(
      "Job old of run r: x is busy: 1 of its 1 slots are taken; none should wait longer than 1 min",
    );

    await commit(
      { type: "job.cancel", jobId: "old" },
      { type: "job.enqueue", jobId: "next", runId: "r", queue: "q", agentKey: "y" },
    );
    await wait("next", 7_200_000);
    await grow("age:q");
    await watch.check();
    expect(await says("age:q")).toEqual([
      "Job next waits in queue q for 2 h",
      "Job next of run r: It is for agent y only, which is not registered; none should wait longer than 1 min",
    ]);
  });

  test("with the time left, where only time ends the cause", async () => {
    const breaker = { windowSize: 1, minimumCalls: 1, openMs: 3_600_000 };
    await commit(
      { type: "agent.register", agentKey: "x", capabilities: ["gpu"], breaker },
      { type: "breaker.record", agentKey: "x", success: false },
      RUN,
      rule("age", "queue_age", { queue: "q", maxAgeMs: 60_000 }),
      { type: "job.enqueue", jobId: "a", runId: "r", queue: "q", agentKey: "x" },
    );
    await wait("a", 120_000);
    await watch.check();
    expect((await says("age:q"))[1]).toMatch(
      /^Job a of run r: The breaker of agent x is open; it lets trials through in (1 h|59 min \d+ s); none should/,
    );
  });

  test("too many in a queue: the one that waits longest; scheduled ones are neither counted nor named", async () => {
    await commit(
      RUN,
      rule("deep", "queue_depth", { queue: "q", depth: 1 }),
      { type: "job.enqueue", jobId: "a", runId: "r", queue: "q" },
      ...Array.from({ length: 20 }, (_, n) => ({
        ...({ type: "job.enqueue", jobId: `later-${n}`, runId: "r", queue: "q" } as const),
        runAt: new Date(Date.now() + 86_400_000).toISOString(),
      })),
    );
    expect(await watch.check()).toEqual([]);
    await commit({ type: "job.enqueue", jobId: "b", runId: "r", queue: "q" });
    await wait("b", 60_000);
    await watch.check();
    expect(await says("deep:q")).toEqual([
      "Queue q holds 2 jobs",
      "Job b of run r waits longest: No agent is registered; 1 may wait in it",
    ]);
  });

  test("an approval: who asked for it, of which run, and the job that waits for it", async () => {
    await commit(RUN, {
      type: "job.enqueue",
      jobId: "deploy",
      runId: "r",
      approval: { title: "Deploy?" },
    });
    const approval = await given.database.prisma.approval.findFirstOrThrow({ where: { tenantId: watch.tenant } });
    await watch.age("Approval", "createdAt", approval.id, 3_600_000);
    await watch.check();
    const [title, detail] = await says(`approval_waiting:${approval.id}`);
    expect(title).toBe("“Deploy?” waits for approval for 1 h");
    expect(detail).toBe(
      `Approval ${approval.id} of run r, asked for by ${approval.requestedBy}, holds up job deploy: ${await why("deploy")}`,
    );
    expect(await why("deploy")).toBe("Waiting for the approval “Deploy?”");
  });

  test("a run that goes on for too long: the job that holds it up; with the cause", async () => {
    await commit(
      RUN,
      { type: "run.transition", runId: "r", to: "running" },
      rule("slow", "run_overdue", { afterMs: 60_000 }),
      {
        ...{ type: "job.enqueue", jobId: "a", runId: "r", queue: "q", capability: "gpu" },
      },
    );
    await watch.age("Run", "startedAt", "r", 120_000);
    await watch.check();
    expect(await says("slow:r")).toEqual([
      "Run r goes on for 2 min",
      "job a waits: No agent offers the capability “gpu”; w should end within 1 min",
    ]);
  });

  test("an attempt that runs for too long: its run, and its last heartbeat", async () => {
    await commit(
      RUN,
      { type: "job.enqueue", jobId: "a", runId: "r" },
      { type: "job.start", jobId: "a", agentKey: "x" },
    );
    await watch.age("Job", "startedAt", "a", 2 * 3_600_000);
    await watch.age("Job", "updatedAt", "a", 600_000);
    await watch.check();
    expect(await says("job_overdue:a")).toEqual([
      "Job a runs for 2 h",
      "Attempt 1 of run r, last seen 10 min ago; x should be done within 1 h",
    ]);
  });
});
