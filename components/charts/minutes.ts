import type { Minute } from "../../domain/kernel/answers.ts";

/** Figures of all the minutes together; those that nobody knows count as nothing. */
export function totalOf(minutes: readonly Minute[]): { completed: number; failed: number } {
  return minutes.reduce<{ completed: number; failed: number }>(
    (sum, { completed, failed }) => ({
      completed: sum.completed + (completed ?? 0),
      failed: sum.failed + (failed ?? 0),
    }),
    { completed: 0, failed: 0 },
  );
}
