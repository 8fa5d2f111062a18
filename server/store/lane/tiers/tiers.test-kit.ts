import type { Run } from "../../../../domain/execution/contract.ts";
import { World } from "../../../../domain/kernel/tx.test-kit.ts";

const world = new World();
world.commit({ type: "run.create", runId: "r", workflow: "w" });
const template = world.row("run", "r");

/** A run as of position `seq`, which `context.seq` repeats. */
export function runAt(id: string, seq: number, more: Partial<Run> = {}): Run {
  return { ...template, id, seq, version: seq, context: { seq }, ...more };
}

export const runsAt = (seq: number, ...ids: string[]) =>
  ids.map((id) => ({ kind: "run" as const, row: runAt(id, seq) }));
