import { setTimeout as delay } from "node:timers/promises";
import type { Summary } from "../../domain/kernel/answers.ts";
import type { Wire } from "../../domain/kernel/wire.ts";
import { registerAgents, strainBreakers } from "./breakers.ts";
import type { Caller } from "./caller.ts";
import type { Held } from "./ledger.ts";
import { orchestrate } from "./orchestrator.ts";
import { mingle } from "./people.ts";
import type { Plan } from "./plan.ts";
import { Random } from "./random.ts";
import { AGENTS, QUEUES, stage } from "./scene.ts";
import { think } from "./thinker.ts";
import { finish, report, work } from "./worker.ts";

const SETTLE_MS = 60_000;
/**
 * A machine that is busy otherwise may not get as far as the plan says: then it breaks where it is.
 */
const LOAD_MS = 15_000;

/** Loads the server while `work` is done to it. Answers the jobs that workers held on to. */
export async function loadWhile(plan: Plan, caller: Caller, fault: () => Promise<void>): Promise<Held[]> {
  const kept: Held[] = [];
  let down = false;
  const scene = stage(caller, new Random(plan.seed), () => down);
  await caller.commit("agents", registerAgents());
  const actors = [
    ...named("o", plan.orchestrators).map((name) => orchestrate(scene(name))),
    ...named("w", plan.workers).map((name, index) => work({ ...scene(name), agentKey: agentOf(index) }, kept)),
    strainBreakers(scene("b")),
    think(scene("t")),
    mingle(scene("p")),
  ];
  await acknowledged(plan.afterCommits, caller)
    .then(fault)
    .finally(() => {
      down = true;
    });
  await Promise.all(actors);
  return kept;
}

/** Until so many commits have been acknowledged, or for long enough. */
async function acknowledged(count: number, { ledger }: Caller): Promise<void> {
  const deadline = Date.now() + LOAD_MS;
  while (ledger.of("acknowledged").length < count && Date.now() < deadline) await delay(1);
}

/**
 * Repeats all requests without an answer, reports late results, and lets workers finish what is
 * left; then waits for the timers.
 */
export async function goOn(plan: Plan, caller: Caller, kept: readonly Held[]): Promise<void> {
  const { ledger } = caller;
  const random = new Random(plan.seed).fork("after");
  let over = false;
  const scene = stage(caller, random, () => over);
  const again = ledger.of("unknown");
  const known = ledger.of("acknowledged").filter(() => random.chance(0.05));
  const late = Promise.all(kept.map((held) => report(scene("late"), held, "completed")));
  // Twice each, at once: a request that is repeated while it is under way must still happen once.
  await Promise.all([...again, ...again, ...known].map((sent) => caller.send(sent)));
  for (const sent of ledger.of("unknown")) await caller.send(sent);
  // Some of what was lost were claims: their jobs are given once more, to the same agent.
  const given = again.flatMap((sent) => caller.claimed(sent));
  await Promise.all(given.map((held) => report(scene("given"), held, "completed")));
  await late;
  const open = { type: "queue.configure" as const, concurrency: null, paused: false };
  await caller.commit(
    "open",
    QUEUES.map((queue) => ({ ...open, queue })),
  );
  const workers = AGENTS.map((agentKey) => finish({ ...scene(`f-${agentKey}`), agentKey }));
  await settled(caller).finally(() => {
    over = true;
  });
  await Promise.all(workers);
}

/** Approves what jobs wait for, until no job is open and no timer that was set is still to come. */
async function settled(caller: Caller): Promise<void> {
  const deadline = Date.now() + SETTLE_MS;
  for (;;) {
    const pending = await caller.all<Wire<"approval">>("/approvals?status=pending");
    for (const { id, jobId } of pending) {
      if (jobId !== null) await caller.commit("boss", [{ type: "approval.approve", approvalId: id }]);
    }
    const { queue } = await caller.get<Summary>("/summary");
    const open = await caller.all<Wire<"run">>("/runs?status=pending,running,blocked&order=asc");
    const timed = [
      ...open.filter((run) => run.deadlineAt !== null),
      ...pending.filter((approval) => approval.expiresAt !== null),
    ];
    if (queue.waiting + queue.queued + queue.running + timed.length === 0) return;
    if (Date.now() > deadline) {
      const what = `${JSON.stringify(queue)}; still to come: ${timed.map(({ kind, id }) => `${kind} ${id}`)}`;
      throw new Error(`not settled after ${SETTLE_MS} ms: ${what}`);
    }
    await delay(25);
  }
}

const named = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, n) => `${prefix}${n}`);
const agentOf = (index: number): string => AGENTS[index % AGENTS.length] as string;
