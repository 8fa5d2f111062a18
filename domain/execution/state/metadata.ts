import { z } from "zod";
import { sameJson } from "../../kernel/merge-patch.ts";
import { id, jsonObject } from "../../kernel/primitives.ts";
import { must, type Tx } from "../../kernel/tx.ts";
import type { Run } from "../contract.ts";
import { changeState } from "./execution-state.ts";

export const metadataSet = z.strictObject({ type: z.literal("metadata.set"), runId: id, metadata: jsonObject });

/**
 * Replaces what is noted about a run. The only part of its state that may change when the run has
 * ended.
 */
export function setMetadata(tx: Tx, { runId, metadata }: z.infer<typeof metadataSet>): Readonly<Run> {
  const run = must(tx, "run", runId);
  if (sameJson(run.metadata, metadata)) return run;
  return changeState(tx, run, { metadata }, { type: "metadata.set", payload: { metadata } });
}
