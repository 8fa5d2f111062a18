import { z } from "zod";
import { resolveAlert } from "../alerts/alert.ts";
import {
  errorInput,
  id,
  iso,
  json,
  jsonObject,
  keptMs,
  label,
  ms,
  newId,
  text,
  toErrorInfo,
} from "../kernel/primitives.ts";
import { span } from "../kernel/span.ts";
import { isFinalRun, isRetryableRun, RUN_MOVES, RUN_STATUSES } from "../kernel/statuses.ts";
import { must, mustBeLegal, mustBeNew, Refusal, type Tx } from "../kernel/tx.ts";
import type { Run } from "./contract.ts";
import { NO_JOBS } from "./contract.ts";
import { moveRun, retryJobsOfRun } from "./job/cascade.ts";
import { overdueAlertId } from "./run-overdue.ts";
import { mustFit } from "./state/execution-state.ts";
import { reopenWorkstreams } from "./workstream-follow.ts";

/**
 * A run: one execution of a workflow.
 *
 * It is created `pending`, goes to `running` when its first job starts or by `run.transition`, may
 * be `blocked` for a while, and ends `completed`, `failed`, `cancelled` or `timed_out`. Ending it
 * cancels the jobs that are left. `run.retry` alone brings a run that did not complete back to
 * `running`. `completion: "auto"` ends a run by itself when all its jobs (≥ 1) are final: failed if
 * any of them did not complete. `version` counts changes of the execution state, not of the jobs'
 * figures.
 */

export const runCreate = z.strictObject({
  type: z.literal("run.create"),
  runId: newId,
  workflow: label,
  definition: json.optional(),
  context: jsonObject.optional(),
  metadata: jsonObject.optional(),
  tags: z.array(label).max(50).optional(),
  initiatedBy: label.optional(),
  timeoutMs: keptMs.positive().optional(),
  parentRunId: id.optional(),
  completion: z.enum(["manual", "auto"]).optional(),
});

export const runTransition = z.strictObject({
  type: z.literal("run.transition"),
  runId: id,
  to: z.enum(RUN_STATUSES),
  reason: text.optional(),
  error: errorInput.optional(),
});

export const runRetry = z.strictObject({
  type: z.literal("run.retry"),
  runId: id,
  reason: text.optional(),
  /** Which jobs go back to the queue: those that did not complete (the default), or none. */
  jobs: z.enum(["failed", "none"]).optional(),
});

/** What the clock asks when a run's deadline has passed. Not open to clients. */
export const runTimeout = z.strictObject({ type: z.literal("run.timeout"), runId: id, deadlineAt: z.string() });

export function createRun(tx: Tx, m: z.infer<typeof runCreate>): Run {
  const runId = m.runId ?? tx.newId("run");
  mustBeNew(tx, "run", runId);
  if (m.parentRunId) must(tx, "run", m.parentRunId);
  const run: Run = {
    id: runId,
    workflow: m.workflow,
    status: "pending",
    definition: m.definition ?? null,
    context: m.context ?? {},
    metadata: m.metadata ?? {},
    tokens: {},
    scopes: {},
    stepCount: 0,
    tags: m.tags ?? [],
    initiatedBy: m.initiatedBy ?? tx.actor,
    parentRunId: m.parentRunId ?? null,
    completion: m.completion ?? "manual",
    timeoutMs: m.timeoutMs ?? null,
    deadlineAt: m.timeoutMs ? iso(ms(tx.at) + m.timeoutMs) : null,
    reason: null,
    error: null,
    jobCounts: NO_JOBS,
    openWorkstreams: 0,
    createdAt: tx.at,
    startedAt: null,
    finishedAt: null,
    updatedAt: tx.at,
    version: 1,
    seq: 0,
  };
  mustFit(run);
  tx.put("run", run);
  const { workflow, definition, tags, initiatedBy, completion, parentRunId, context, metadata, timeoutMs } = run;
  const payload = { workflow, definition, tags, initiatedBy, completion, parentRunId, context, metadata, timeoutMs };
  tx.emit({ type: "run.created", subject: subjectOf(run.id), runId: run.id, payload });
  return run;
}

export function transitionRun(tx: Tx, m: z.infer<typeof runTransition>): Run {
  const run = must(tx, "run", m.runId);
  mustBeLegal(`run ${run.id}`, RUN_MOVES, run.status, m.to);
  return moveRun(tx, run, m.to, m.reason, m.error === undefined ? undefined : toErrorInfo(m.error));
}

export function retryRun(tx: Tx, m: z.infer<typeof runRetry>): Run {
  const run = must(tx, "run", m.runId);
  if (!isRetryableRun(run.status)) {
    throw new Refusal(
      "illegal_transition",
      `run ${run.id} is ${run.status}; only failed, cancelled and timed_out runs can be retried`,
      {
        legal: RUN_MOVES[run.status],
      },
    );
  }
  const next: Run = {
    ...run,
    status: "running",
    reason: m.reason ?? null,
    error: null,
    finishedAt: null,
    deadlineAt: run.timeoutMs ? iso(ms(tx.at) + run.timeoutMs) : null,
    startedAt: run.startedAt ?? tx.at,
    updatedAt: tx.at,
    version: run.version + 1,
  };
  tx.put("run", next);
  const payload = { from: run.status, to: "running", reason: next.reason } as const;
  tx.emit({ type: "run.retried", subject: subjectOf(run.id), runId: run.id, payload });
  resolveAlert(tx, overdueAlertId(run.id), "the run is retried");
  if (m.jobs !== "none") {
    retryJobsOfRun(tx, run.id);
    reopenWorkstreams(tx, run.id);
  }
  return must(tx, "run", run.id);
}

/**
 * The clock's: ends a run whose deadline is still the one it saw. One that lies further ahead than
 * its time limit was set by a clock that was wrong: it begins anew now.
 */
export function timeOutRun(tx: Tx, m: z.infer<typeof runTimeout>): Run {
  const run = must(tx, "run", m.runId);
  if (isFinalRun(run.status) || run.deadlineAt !== m.deadlineAt) return run;
  const soonest = run.timeoutMs === null ? m.deadlineAt : iso(ms(tx.at) + run.timeoutMs);
  if (soonest < m.deadlineAt) {
    tx.put("run", { ...run, deadlineAt: soonest, updatedAt: tx.at });
    tx.emit({
      type: "run.deadline_restarted",
      subject: subjectOf(run.id),
      runId: run.id,
      payload: { deadlineAt: soonest },
    });
    return must(tx, "run", run.id);
  }
  const error = { message: `the run did not end within ${span(run.timeoutMs ?? 0)}`, code: "run_timed_out" };
  if (run.status === "pending") return moveRun(tx, run, "failed", "deadline passed before it started", error);
  return moveRun(tx, run, "timed_out", "deadline passed", error);
}

const subjectOf = (runId: string) => ({ kind: "run", id: runId });
