import type { Json } from "./primitives.ts";
import type { Run, Scope, Token } from "./run.ts";
import type { RunStatus } from "./statuses.ts";

/** The version of snapshots that this code writes. */
export const SNAPSHOT_VERSION = 2;

/**
 * A run's execution state as a document (D8), true at position `seq` of the log. `run.restore` takes it unchanged. `version` and `status` say
 * where it comes from; jobs and workstreams are not in it.
 */
export interface Snapshot {
  schemaVersion: typeof SNAPSHOT_VERSION;
  runId: string;
  version: number;
  seq: number;
  status: RunStatus;
  context: { [key: string]: Json };
  tokens: { [tokenId: string]: Token };
  scopes: { [scopeId: string]: Scope };
  stepCount: number;
  metadata: { [key: string]: Json };
}

/** What a run's execution state is now. */
export function toSnapshot(run: Readonly<Run>): Snapshot {
  const { id: runId, version, seq, status, context, tokens, scopes, stepCount, metadata } = run;
  return {
    schemaVersion: SNAPSHOT_VERSION,
    runId,
    version,
    seq,
    status,
    context,
    tokens,
    scopes,
    stepCount,
    metadata,
  };
}
