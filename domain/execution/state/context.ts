import { z } from "zod";
import { mergeBy, sameJson } from "../../kernel/merge-patch.ts";
import { id, jsonObject } from "../../kernel/primitives.ts";
import type { Tx } from "../../kernel/tx.ts";
import type { Run } from "../contract.ts";
import { changeState, mustBeOpen } from "./execution-state.ts";

/** The context of a run: the values its steps work with, a map. */

export const contextSet = z.strictObject({ type: z.literal("context.set"), runId: id, context: jsonObject });

export const contextMerge = z.strictObject({
  type: z.literal("context.merge"),
  runId: id,
  /**
   * JSON Merge Patch (RFC 7396): null removes, maps are merged, anything else replaces. An empty
   * one changes nothing.
   */
  patch: jsonObject,
});

/** Replaces the context. */
export function setContext(tx: Tx, { runId, context }: z.infer<typeof contextSet>): Readonly<Run> {
  const run = mustBeOpen(tx, runId);
  if (sameJson(run.context, context)) return run;
  return changeState(tx, run, { context }, { type: "context.set", payload: { context } });
}

/** Merges a patch into the context. */
export function mergeContext(tx: Tx, { runId, patch }: z.infer<typeof contextMerge>): Readonly<Run> {
  const run = mustBeOpen(tx, runId);
  const { map: context, changed } = mergeBy(tx.edit, run.context, patch);
  if (!changed) return run;
  return changeState(tx, run, { context }, { type: "context.merged", payload: { patch } });
}
