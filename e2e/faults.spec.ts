import { expect, test } from "@playwright/test";
import { isDeep } from "../domain/kernel/depth.test-kit.ts";
import { runRounds } from "./faults/rounds.ts";

/**
 * As often as there is time for; `npm run test:deep` has more of it, `npm run faults` as much as it
 * is given.
 */
const ROUNDS = isDeep ? 20 : 4;

test("killed or frozen at a random point again and again under load: nothing acknowledged is lost, nothing happens twice, what was due is made up for", async () => {
  test.setTimeout(isDeep ? 1_800_000 : 600_000);
  const seed = process.env.SWITCHYARD_FAULTS_SEED;
  const { all, failed } = await runRounds({
    rounds: ROUNDS,
    ...(seed !== undefined && { seed: Number(seed) }),
    say: (line) => console.log(line),
  });
  expect(all).toHaveLength(ROUNDS);
  expect(failed.map(({ plan, faults, dataDir }) => ({ seed: plan.seed, faults, dataDir }))).toEqual([]);
  // A round in which nothing had happened before the fault, or nothing was lost in any, would show
  // nothing.
  expect(Math.min(...all.map(({ figures }) => figures.acknowledged))).toBeGreaterThan(0);
  expect(all.reduce((sum, { figures }) => sum + figures.lost, 0)).toBeGreaterThan(0);
});
