import { expect, test } from "@playwright/test";
import { runRounds } from "./faults/rounds.ts";

const ROUNDS = 10;

test("C6, D9: ten times killed or frozen at a random point under load: nothing acknowledged is lost, nothing happens twice, what was due is made up for", async () => {
  test.setTimeout(600_000);
  const seed = process.env.SWITCHYARD_FAULTS_SEED;
  const { all, failed } = await runRounds({
    rounds: ROUNDS,
    ...(seed !== undefined && { seed: Number(seed) }),
    say: (line) => console.log(line),
  });
  expect(all).toHaveLength(ROUNDS);
  expect(failed.map(({ plan, faults, dataDir }) => ({ seed: plan.seed, faults, dataDir }))).toEqual([]);
  // A round in which nothing had happened before the fault, or nothing was lost in any, would show nothing.
  expect(Math.min(...all.map(({ figures }) => figures.acknowledged))).toBeGreaterThan(0);
  expect(all.reduce((sum, { figures }) => sum + figures.lost, 0)).toBeGreaterThan(0);
});
