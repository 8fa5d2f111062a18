import { z } from "zod";
import { id } from "../../kernel/primitives.ts";
import { Refusal, type Tx } from "../../kernel/tx.ts";
import type { Run } from "../contract.ts";
import { changeState, mustBeOpen } from "./execution-state.ts";

/** How far a run can count its steps: 2^31−1. */
export const MAX_STEPS = 2_147_483_647;

export const stepIncrement = z.strictObject({
  type: z.literal("step.increment"),
  runId: id,
  by: z.int().min(1).max(MAX_STEPS).optional(),
});

/** Counts steps that the run has made: one, or as many as are said. */
export function incrementStep(tx: Tx, { runId, by = 1 }: z.infer<typeof stepIncrement>): Run {
  const run = mustBeOpen(tx, runId);
  const stepCount = run.stepCount + by;
  if (stepCount > MAX_STEPS) {
    throw new Refusal("state_too_large", `run ${runId} has ${run.stepCount} steps and can count to ${MAX_STEPS}`);
  }
  return changeState(tx, run, { stepCount }, { type: "step.incremented", payload: { by, stepCount } });
}
