/** Whether this run goes to full depth, as `npm run test:deep` does. */
export const isDeep = process.env.SWITCHYARD_TEST_DEPTH === "deep";

/** How many of `runs` random tries a property gets: all of them at full depth, else a tenth, though never under 20. */
export const tries = (runs: number): number => (isDeep ? runs : Math.max(Math.min(runs, 20), Math.round(runs / 10)));
