import fc from "fast-check";

/** How often each is asked for, against the others. */
const WEIGHTS = {
  enqueue: 9,
  claim: 5,
  start: 1,
  heartbeat: 1,
  complete: 4,
  fail: 3,
  timeout: 1,
  cancel: 1,
  retry: 2,
  moveRun: 1,
  retryRun: 1,
  wait: 2,
  late: 1,
  newRun: 1,
  configure: 1,
  decide: 2,
  cancelToken: 1,
  capacity: 1,
  place: 1,
  follow: 1,
};
const OPS = Object.entries(WEIGHTS).flatMap(([op, times]) =>
  Array<keyof typeof WEIGHTS>(times).fill(op as keyof typeof WEIGHTS),
);
/** One thing that is asked. */
export const command = fc.record({
  op: fc.constantFrom(...OPS),
  /** Which of the things there are, modulo how many. */
  a: fc.nat(1000),
  b: fc.nat(1000),
  /** A small number: priority, tries, how many to claim. */
  n: fc.nat(4),
  deps: fc.array(fc.nat(1000), { maxLength: 3 }),
  flag: fc.boolean(),
  ms: fc.constantFrom(1, 50, 200, 1000, 5000),
});
export type Command = typeof command extends fc.Arbitrary<infer C> ? C : never;
