import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { Summary } from "../../domain/answers.ts";
import type { Wire } from "../../domain/wire.ts";
import { type RunningServer, startServer } from "../server.ts";
import { breakServer, sweep } from "./breakage.ts";
import { registerAgents, strainBreakers } from "./breakers.ts";
import { Caller } from "./caller.ts";
import { checkFigures } from "./checks/figures.ts";
import { checkEnds, checkJobs } from "./checks/jobs.ts";
import { checkChain, checkCommits } from "./checks/log.ts";
import { checkBreakers, checkOverdue, checkRuns, overdue } from "./checks/timers.ts";
import { readHistory } from "./history.ts";
import { type Held, Ledger } from "./ledger.ts";
import { AGENTS, orchestrate, type Scene } from "./orchestrator.ts";
import { type Plan, planOf } from "./plan.ts";
import { Random } from "./random.ts";
import { finish, report, work } from "./worker.ts";

/** How a round went. No faults: everything that must hold did. */
export interface Round {
  plan: Plan;
  faults: string[];
  figures: {
    acknowledged: number;
    lost: number;
    events: number;
    /** How many timers had become due before the server was ready again, and how late the last of them fired, ms. */
    overdue: number;
    latestMs: number;
    tookMs: number;
  };
  /** Kept for a look when something broke; else gone. */
  dataDir: string | null;
}

const SETTLE_MS = 30_000;

/** One round: load on a real server, a fault in the middle of it, another server on the same data, and what must hold then. */
export async function runRound(seed: number): Promise<Round> {
  const begun = performance.now();
  const plan = planOf(seed);
  const dataDir = mkdtempSync(path.join(os.tmpdir(), `switchyard-faults-${seed}-`));
  chmodSync(dataDir, 0o711);
  const ledger = new Ledger();
  const round: Round = {
    plan,
    faults: [],
    figures: { acknowledged: 0, lost: 0, events: 0, overdue: 0, latestMs: 0, tookMs: 0 },
    dataDir,
  };
  let server: RunningServer | undefined;
  try {
    server = await startServer({ dataDir });
    const caller = new Caller(server.url, server.key, ledger);
    const kept = await loadUntilFault(plan, caller, server);
    const downAt = Date.now();
    round.figures.lost = ledger.of("unknown").length;
    server = await startAgain(plan, dataDir);
    const readyAt = Date.now();
    caller.url = server.url;
    await goOn(plan, caller, kept);
    const history = await readHistory(caller);
    const timers = overdue(history.events, { downAt, readyAt });
    round.faults.push(
      ...ledger.faults,
      ...checkChain(history),
      ...checkCommits(history, ledger),
      ...checkJobs(history),
      ...checkEnds(history, ledger),
      ...checkFigures(history),
      ...checkRuns(history),
      ...checkBreakers(history),
      ...checkOverdue(timers),
    );
    Object.assign(round.figures, {
      acknowledged: ledger.of("acknowledged").length,
      events: history.events.length,
      overdue: timers.length,
      latestMs: Math.max(0, ...timers.map(({ lateMs }) => lateMs ?? 0)),
    });
  } catch (error) {
    round.faults.push(`${error instanceof Error ? error.stack : error}`);
  }
  await server?.stop({ keepData: true });
  sweep(dataDir);
  if (round.faults.length === 0) {
    rmSync(dataDir, { recursive: true, force: true });
    round.dataDir = null;
  }
  round.figures.tookMs = performance.now() - begun;
  return round;
}

/** Loads the server until the plan's fault has ended it. Answers the jobs that workers held on to. */
async function loadUntilFault(plan: Plan, caller: Caller, server: RunningServer): Promise<Held[]> {
  const random = new Random(plan.seed);
  const kept: Held[] = [];
  let down = false;
  const scene = (name: string): Scene => ({
    caller,
    name,
    random: random.fork(name),
    over: () => down,
    pause: (ms) => delay(ms),
  });
  await caller.commit("agents", registerAgents());
  const actors = [
    ...named("o", plan.orchestrators).map((name) => orchestrate(scene(name))),
    ...named("w", plan.workers).map((name, index) => work({ ...scene(name), agentKey: agentOf(index) }, kept)),
    strainBreakers(scene("b")),
  ];
  await delay(plan.afterMs);
  await breakServer(plan, server).finally(() => {
    down = true;
  });
  await Promise.all(actors);
  return kept;
}

/** Starts a server on what the last one has left, maybe killing one while it starts. */
async function startAgain({ killAgainAfterMs }: Plan, dataDir: string): Promise<RunningServer> {
  if (killAgainAfterMs !== null) {
    const start = startServer({
      dataDir,
      onSpawn: (pid) => void delay(killAgainAfterMs).then(() => process.kill(pid, "SIGKILL")),
    });
    // It may be up already, or be killed before it is.
    await start.then((up) => up.kill("SIGKILL")).catch(() => {});
  }
  return await startServer({ dataDir });
}

/** Asks again for all that nobody heard of, tells late results, and lets workers finish what is left; then waits for the timers. */
async function goOn(plan: Plan, caller: Caller, kept: readonly Held[]): Promise<void> {
  const { ledger } = caller;
  const random = new Random(plan.seed).fork("after");
  let over = false;
  const scene = (name: string): Scene => ({
    caller,
    name,
    random: random.fork(name),
    over: () => over,
    pause: (ms) => delay(ms),
  });
  const again = ledger.of("unknown");
  const known = ledger.of("acknowledged").filter(() => random.chance(0.05));
  const late = Promise.all(kept.map((held) => report(scene("late"), held, "completed")));
  // Twice each, at once: a request that is repeated while it is under way must still happen once.
  await Promise.all([...again, ...again, ...known].map((sent) => caller.send(sent)));
  // Some of what was lost were claims: their jobs are given once more, to the same agent.
  const given = again.flatMap((sent) => caller.claimed(sent));
  await Promise.all(given.map((held) => report(scene("given"), held, "completed")));
  await late;
  const workers = AGENTS.map((agentKey) => finish({ ...scene(`f-${agentKey}`), agentKey }));
  await settled(caller).finally(() => {
    over = true;
  });
  await Promise.all(workers);
}

/** Until no job is open and no deadline that has passed is still to be dealt with. */
async function settled(caller: Caller): Promise<void> {
  const deadline = Date.now() + SETTLE_MS;
  for (;;) {
    const { queue } = await caller.get<Summary>("/summary");
    const open = await caller.all<Wire<"run">>("/runs?status=pending,running,blocked&order=asc");
    const timed = open.filter((run) => run.deadlineAt !== null);
    if (queue.waiting + queue.queued + queue.running + timed.length === 0) return;
    if (Date.now() > deadline) {
      const what = `${JSON.stringify(queue)}; runs ${timed.map((run) => `${run.id} ${run.deadlineAt}`)}`;
      throw new Error(`not settled after ${SETTLE_MS} ms: ${what}`);
    }
    await delay(25);
  }
}

const named = (prefix: string, count: number): string[] => Array.from({ length: count }, (_, n) => `${prefix}${n}`);
const agentOf = (index: number): string => AGENTS[index % AGENTS.length] as string;
