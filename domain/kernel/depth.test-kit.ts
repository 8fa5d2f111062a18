/** Whether this run goes to full depth, as `npm run test:deep` does. */
export const isDeep = process.env.SWITCHYARD_TEST_DEPTH === "deep";

/**
 * How many of `runs` random tries a property gets: all of them at full depth, else a tenth, though
 * never under `least`.
 */
export const tries = (runs: number, least = 20): number =>
  isDeep ? runs : Math.max(Math.min(runs, least), Math.round(runs / 10));
