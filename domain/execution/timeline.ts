import type { ApprovalStatus, JobStatus } from "../kernel/statuses.ts";
import type { Wire } from "../kernel/wire.ts";
import type { JobCounts } from "./contract.ts";

/** `GET /runs/{id}/timeline`: what a timeline draws of a run, true at position `seq`. */
export interface TimelineAnswer {
  run: Wire<"run">;
  workstreams: Wire<"workstream">[];
  /** The oldest first. */
  jobs: Wire<"job">[];
  /** Of `jobs`. */
  attempts: Wire<"attempt">[];
  /** The approvals that any of `jobs` waits for or has waited for. */
  approvals: GateFacts[];
  /** Jobs that some of `jobs` depend on, or that depend on some of them, and that are not among them: later ones of the run, or those of other runs. */
  dependencies: DependencyFacts[];
  /** Follow the run's events from here; the rows may be newer, which their own `seq` tells. */
  seq: number;
  /** There is more than this answer carries. */
  truncated: boolean;
  /** Where the next page begins; null when there is none. */
  nextCursor: string | null;
  /** How much the run has in all. */
  totals: { jobs: number; workstreams: number; attempts: number };
  /** Jobs of the run that are not in this answer, by status. */
  leftOut: JobCounts;
  /** How many jobs `status` and `q` let through; null without them. */
  matched: number | null;
}

/** When a job's approval was asked for and settled. */
export interface GateFacts {
  approvalId: string;
  jobId: string;
  status: ApprovalStatus;
  createdAt: string;
  decidedAt: string | null;
}

/** What is to be known of a job that another depends on, or that depends on another. */
export interface DependencyFacts {
  jobId: string;
  runId: string;
  step: string | null;
  status: JobStatus;
  finishedAt: string | null;
}

/** One answer has at most so many jobs, and at most twice as many attempts. */
export const TIMELINE_JOBS = 2_000;
/** So many of them at most are there for what became of them: jobs that run, failed or were cancelled. */
export const TIMELINE_ATTENTION = 1_500;

/** The statuses that an operator looks for in a run, the most urgent first. */
export const ATTENTION: readonly (readonly JobStatus[])[] = [["failed", "timed_out"], ["running"], ["cancelled"]];
