import type { LaneDatabase } from "../store/lane/lane-database.ts";
import { createLeaderLoop, type LeaderLoop } from "../store/leader-loop.ts";
import { rollUp } from "../store/maintenance/rollups.ts";
import { noteUp } from "../store/up.ts";

export interface RollupLoopDeps {
  database: LaneDatabase;
  log: { warn(facts: object, message: string): void };
}

/** Only speed depends on it: what is not rolled up yet is read from the tallies. */
const EVERY_MS = 15_000;
const FIRST_MS = 1_000;

/** Keeps the rollups of tallies up to date, and notes that a server is up. */
export const createRollupLoop = ({ database, log }: RollupLoopDeps): LeaderLoop =>
  createLeaderLoop({
    name: "rollups",
    queries: database,
    firstMs: FIRST_MS,
    everyMs: EVERY_MS,
    async round(lead, signal) {
      if (!(await lead())) return;
      await noteUp(database);
      await rollUp(database, signal);
    },
    failed: (error) => log.warn({ err: error }, "figures could not be rolled up; they are again soon"),
  });
