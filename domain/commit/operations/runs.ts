import {
  createRun,
  retryRun,
  runCreate,
  runRetry,
  runTimeout,
  runTransition,
  timeOutRun,
  transitionRun,
} from "../../execution/run.ts";
import { overdueAlertId } from "../../execution/run-overdue.ts";
import {
  createWorkstream,
  transitionWorkstream,
  updateWorkstream,
  workstreamCreate,
  workstreamTransition,
  workstreamUpdate,
} from "../../execution/workstream.ts";
import { followJobs, settleByClock, workstreamFollow, workstreamSettle } from "../../execution/workstream-follow.ts";
import { appendEvent, eventAppend } from "../../kernel/event.ts";
import { byRun, byWorkstream, op } from "../operation.ts";

/** Runs, their workstreams, and the events of orchestrators. */
export const RUN_OPERATIONS = {
  "run.create": op(runCreate, createRun, (m) => (m.parentRunId ? [["run", m.parentRunId]] : [])),
  "run.transition": op(runTransition, transitionRun, byRun),
  "run.retry": op(runRetry, retryRun, (m) => [...byRun(m), ["alert", overdueAlertId(m.runId)]]),
  "workstream.create": op(workstreamCreate, createWorkstream, byRun),
  "workstream.update": op(workstreamUpdate, updateWorkstream, byWorkstream),
  "workstream.transition": op(workstreamTransition, transitionWorkstream, byWorkstream),
  "workstream.follow": op(workstreamFollow, followJobs, byWorkstream),
  "event.append": op(eventAppend, appendEvent, (m) => (m.runId ? [["run", m.runId]] : [])),
};

/** What time makes happen to runs. */
export const RUN_CLOCK_OPERATIONS = {
  "run.timeout": op(runTimeout, timeOutRun, byRun),
  "workstream.settle": op(workstreamSettle, settleByClock, byWorkstream),
};
