/**
 * `npm run faults [-- ROUNDS] [--seed N]`: 100 rounds, each by a seed of its own, counting up from
 * N; with a seed alone, that round.
 */
import { parseArgs } from "node:util";
import { runRounds } from "./rounds.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seed: { type: "string" }, "at-once": { type: "string", default: "2" } },
});
const [rounds, seed, atOnce] = [
  positionals[0] ?? (values.seed === undefined ? "100" : "1"),
  values.seed,
  values["at-once"],
].map((value) => (value === undefined ? undefined : Number(value)));
if (![rounds, atOnce].every((value) => Number.isInteger(value) && Number(value) > 0) || Number.isNaN(seed)) {
  console.error("usage: npm run faults [-- ROUNDS] [--seed N] [--at-once N]");
  process.exit(2);
}
const begun = performance.now();
const { all, failed } = await runRounds({
  rounds: rounds as number,
  atOnce: atOnce as number,
  ...(seed !== undefined && { seed }),
  say: (line) => console.log(line),
});
const sum = (of: "acknowledged" | "lost" | "overdue") => all.reduce((total, { figures }) => total + figures[of], 0);
console.log(
  `${all.length - failed.length} of ${all.length} rounds held: ${sum("acknowledged")} commits kept, ${sum("lost")} answers lost, ` +
    `${sum("overdue")} timers overdue (latest ${Math.max(0, ...all.map(({ figures }) => figures.latestMs))} ms), ` +
    `${Math.round((performance.now() - begun) / 1000)} s`,
);
process.exitCode = failed.length > 0 ? 1 : 0;
