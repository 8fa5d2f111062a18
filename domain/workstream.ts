import { z } from "zod";
import { type JobCounts, NO_JOBS } from "./job-counts.ts";
import { id, type Json, jsonObject, label, text } from "./primitives.ts";
import { isFinalRun, WORKSTREAM_MOVES, WORKSTREAM_STATUSES, type WorkstreamStatus } from "./statuses.ts";
import { must, mustBeLegal, mustBeNew, Refusal, type RowBase, type Tx } from "./tx.ts";

/** A track of work inside a run; a card on the board (B5, B10). Its moves are in `statuses.ts`. */
export interface Workstream extends RowBase {
  runId: string;
  title: string;
  status: WorkstreamStatus;
  metadata: { [key: string]: Json };
  reason: string | null;
  jobCounts: JobCounts;
  createdAt: string;
  /** When it came into its present status: its age in the column. */
  enteredAt: string;
  updatedAt: string;
}

export const workstreamCreate = z.strictObject({
  type: z.literal("workstream.create"),
  runId: id,
  workstreamId: id,
  title: label,
  status: z.enum(WORKSTREAM_STATUSES).optional(),
  metadata: jsonObject.optional(),
});

export const workstreamUpdate = z.strictObject({
  type: z.literal("workstream.update"),
  workstreamId: id,
  title: label.optional(),
  metadata: jsonObject.optional(),
});

export const workstreamTransition = z.strictObject({
  type: z.literal("workstream.transition"),
  workstreamId: id,
  to: z.enum(WORKSTREAM_STATUSES),
  reason: text.optional(),
});

export function createWorkstream(tx: Tx, m: z.infer<typeof workstreamCreate>): Workstream {
  const run = must(tx, "run", m.runId);
  if (isFinalRun(run.status)) throw new Refusal("run_is_final", `run ${run.id} is ${run.status}`);
  mustBeNew(tx, "workstream", m.workstreamId);
  const workstream: Workstream = {
    id: m.workstreamId,
    runId: m.runId,
    title: m.title,
    status: m.status ?? "pending",
    metadata: m.metadata ?? {},
    reason: null,
    jobCounts: NO_JOBS,
    createdAt: tx.at,
    enteredAt: tx.at,
    updatedAt: tx.at,
    version: 1,
    seq: 0,
  };
  tx.put("workstream", workstream);
  const { title, status, metadata } = workstream;
  tx.emit({
    type: "workstream.created",
    subject: subjectOf(workstream),
    runId: m.runId,
    payload: { title, status, metadata },
  });
  return workstream;
}

/** Changes the title, and merges metadata key by key. A patch that changes nothing writes nothing. */
export function updateWorkstream(tx: Tx, m: z.infer<typeof workstreamUpdate>): Workstream {
  const workstream = must(tx, "workstream", m.workstreamId);
  const metadata = { ...workstream.metadata, ...m.metadata };
  const title = m.title ?? workstream.title;
  if (title === workstream.title && JSON.stringify(metadata) === JSON.stringify(workstream.metadata)) return workstream;
  tx.put("workstream", { ...workstream, title, metadata, updatedAt: tx.at });
  tx.emit({
    type: "workstream.updated",
    subject: subjectOf(workstream),
    runId: workstream.runId,
    payload: { title, metadata },
  });
  return must(tx, "workstream", workstream.id);
}

export function transitionWorkstream(tx: Tx, m: z.infer<typeof workstreamTransition>): Workstream {
  const workstream = must(tx, "workstream", m.workstreamId);
  mustBeLegal(`workstream ${workstream.id}`, WORKSTREAM_MOVES, workstream.status, m.to);
  const reason = m.reason ?? null;
  tx.put("workstream", { ...workstream, status: m.to, reason, enteredAt: tx.at, updatedAt: tx.at });
  const payload = { from: workstream.status, to: m.to, reason };
  tx.emit({ type: "workstream.transitioned", subject: subjectOf(workstream), runId: workstream.runId, payload });
  return must(tx, "workstream", workstream.id);
}

const subjectOf = (workstream: { id: string }) => ({ kind: "workstream", id: workstream.id });
