import { z } from "zod";
import { sameJson } from "../../kernel/merge-patch.ts";
import { id } from "../../kernel/primitives.ts";
import type { Tx } from "../../kernel/tx.ts";
import type { Run } from "../contract.ts";
import { changeState, type ExecutionState, mustBeOpen } from "./execution-state.ts";
import { anySnapshot, SNAPSHOT_VERSION, type Snapshot } from "./snapshot-versions.ts";

/** Snapshots of a run's execution state, and the way back. */

/** What a run's execution state is now. */
export function toSnapshot(run: Readonly<Omit<Run, "openWorkstreams">>): Snapshot {
  const { id: runId, version, seq, status, ...row } = run;
  return { schemaVersion: SNAPSHOT_VERSION, runId, version, seq, status, ...stateOf(row) };
}

export const runRestore = z.strictObject({
  type: z.literal("run.restore"),
  runId: id,
  /**
   * As `GET /runs/{id}/snapshot` has answered it, of this run or of another; earlier versions are
   * brought up to the current one.
   */
  snapshot: anySnapshot,
});

/**
 * Puts a run's context, tokens, scopes, step count and metadata back to what they were in a
 * snapshot. Its status, its jobs and its workstreams stay as they are, and its version goes on
 * counting.
 */
export function restoreRun(tx: Tx, { runId, snapshot }: z.infer<typeof runRestore>): Readonly<Run> {
  const run = mustBeOpen(tx, runId);
  const state = stateOf(snapshot);
  if (sameJson(stateOf(run), state)) return run;
  const from = { runId: snapshot.runId, version: snapshot.version, seq: snapshot.seq };
  return changeState(tx, run, state, { type: "run.restored", payload: { from, ...state } });
}

function stateOf({ context, tokens, scopes, stepCount, metadata }: Readonly<ExecutionState>): ExecutionState {
  return { context, tokens, scopes, stepCount, metadata };
}
