import { z } from "zod";
import { id, jsonObject, label, newId, text } from "../kernel/primitives.ts";
import {
  isFinalRun,
  isOpenWorkstream,
  WORKSTREAM_FOLLOWS,
  WORKSTREAM_MOVES,
  WORKSTREAM_STATUSES,
  type WorkstreamFollow,
  type WorkstreamStatus,
} from "../kernel/statuses.ts";
import { must, mustBeLegal, mustBeNew, Refusal, type Tx } from "../kernel/tx.ts";
import type { Workstream } from "./contract.ts";
import { NO_JOBS } from "./contract.ts";

/**
 * A track of work inside a run; a card on the board. It goes where its jobs are
 * (`workstream-follow.ts`), until somebody puts it somewhere: then it stays there, by the moves in
 * `statuses.ts`, until it is given back to its jobs.
 */

export const workstreamCreate = z.strictObject({
  type: z.literal("workstream.create"),
  runId: id,
  workstreamId: newId,
  title: label,
  status: z.enum(WORKSTREAM_STATUSES).optional(),
  /** `jobs` (the default): its status follows its jobs; `manual`: it stays where it is put. */
  follow: z.enum(WORKSTREAM_FOLLOWS).optional(),
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
  const workstreamId = m.workstreamId ?? tx.newId("ws");
  mustBeNew(tx, "workstream", workstreamId);
  const workstream: Workstream = {
    id: workstreamId,
    runId: m.runId,
    title: m.title,
    status: m.status ?? "pending",
    follow: m.follow ?? "jobs",
    metadata: m.metadata ?? {},
    reason: null,
    jobCounts: NO_JOBS,
    awaitingApproval: 0,
    startedAt: null,
    createdAt: tx.at,
    enteredAt: tx.at,
    updatedAt: tx.at,
    version: 1,
    seq: 0,
  };
  putWorkstream(tx, undefined, workstream);
  const { title, status, metadata, follow } = workstream;
  tx.emit({
    type: "workstream.created",
    subject: subjectOf(workstream),
    runId: m.runId,
    payload: { title, status, metadata, follow },
  });
  return workstream;
}

/**
 * Changes the title, and merges metadata key by key. A patch that changes nothing writes nothing.
 */
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

/** Puts it into a status by hand: from now on it stays where it is put. */
export function transitionWorkstream(tx: Tx, m: z.infer<typeof workstreamTransition>): Workstream {
  const workstream = must(tx, "workstream", m.workstreamId);
  mustBeLegal(`workstream ${workstream.id}`, WORKSTREAM_MOVES, workstream.status, m.to);
  moveWorkstream(tx, workstream, m.to, m.reason ?? null, "manual");
  return must(tx, "workstream", workstream.id);
}

/** The move itself, by hand or by its jobs. */
export function moveWorkstream(
  tx: Tx,
  workstream: Readonly<Workstream>,
  to: WorkstreamStatus,
  reason: string | null,
  follow: WorkstreamFollow,
): void {
  putWorkstream(tx, workstream, { ...workstream, status: to, follow, reason, enteredAt: tx.at, updatedAt: tx.at });
  const payload = { from: workstream.status, to, reason, follow };
  tx.emit({ type: "workstream.transitioned", subject: subjectOf(workstream), runId: workstream.runId, payload });
}

/**
 * Puts a workstream, and keeps count in its run of those that its end must find (`was` undefined:
 * it is new).
 */
export function putWorkstream(tx: Tx, was: Readonly<Workstream> | undefined, next: Workstream): void {
  tx.put("workstream", next);
  const more = Number(isStillToEnd(next)) - Number(was !== undefined && isStillToEnd(was));
  const run = more === 0 ? undefined : tx.get("run", next.runId);
  if (run) tx.put("run", { ...run, openWorkstreams: run.openWorkstreams + more });
}

/** It follows its jobs and has not come to an end: the end of its run may be its own. */
export const isStillToEnd = ({ follow, status }: Pick<Workstream, "follow" | "status">): boolean =>
  follow === "jobs" && isOpenWorkstream(status);

export const subjectOf = (workstream: { id: string }) => ({ kind: "workstream", id: workstream.id });
