import { randomInt } from "node:crypto";
import { describePlan, planOf } from "./plan.ts";
import { type Round, runRound } from "./round.ts";

export interface RoundsOptions {
  rounds: number;
  /** Of the first round; the next ones count up. Chosen by chance when left out. */
  seed?: number;
  /** How many rounds run at a time: much of a round is waiting for timers. */
  atOnce?: number;
  say: (line: string) => void;
}

/** Runs rounds and says how each went; answers those that failed. */
export async function runRounds({ rounds, seed = randomInt(1_000_000_000), atOnce = 2, say }: RoundsOptions) {
  const all: Round[] = [];
  let next = 0;
  const lane = async () => {
    while (next < rounds) {
      const mine = seed + next++;
      const round = await runRound(mine);
      all.push(round);
      for (const line of linesOf(round)) say(line);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, rounds) }, lane));
  return { all, failed: all.filter((round) => round.faults.length > 0) };
}

export function linesOf({ plan, faults, figures, dataDir }: Round): string[] {
  const { acknowledged, lost, events, overdue, latestMs, tookMs } = figures;
  const seen = `${acknowledged} commits kept, ${lost} answers lost, ${events} events, ${overdue} timers overdue (latest ${latestMs} ms)`;
  const head = `seed ${plan.seed}: ${describePlan(planOf(plan.seed))}: ${seen}, ${(tookMs / 1000).toFixed(1)} s`;
  if (faults.length === 0) return [`ok   ${head}`];
  return [
    `FAIL ${head}`,
    ...faults.slice(0, 20).map((fault) => `       ${fault}`),
    ...(faults.length > 20 ? [`       … and ${faults.length - 20} more`] : []),
    `     data: ${dataDir} · again: npm run faults -- --seed ${plan.seed}`,
  ];
}
