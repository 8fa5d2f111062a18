import type { JobStatus } from "../../domain/kernel/statuses.ts";
import { type JobRow, jobLabel, type TimelineModel } from "./timeline/engine/model.ts";
import { timeIn } from "./timeline/engine/segments.ts";

export type JobSort = "order" | "queue" | "run";

export interface JobFilter {
  text: string;
  /** Null: any. */
  status: JobStatus | null;
  sort: JobSort;
}

export interface ListedJob {
  row: JobRow;
  /** The workstream's title. */
  group: string | null;
  queuedMs: number;
  ranMs: number;
}

/**
 * The run's jobs that match, in the timeline's order or the longest first. Text is searched in
 * step, id, tool and agent.
 */
export function listJobs(model: TimelineModel, filter: JobFilter, now: number): ListedJob[] {
  const text = filter.text.trim().toLowerCase();
  const listed: ListedJob[] = [];
  for (const group of model.groups) {
    for (const row of group.jobs) {
      if (filter.status !== null && row.job.status !== filter.status) continue;
      if (text !== "" && !haystack(row).includes(text)) continue;
      const title = group.workstream?.title ?? null;
      listed.push({
        row,
        group: title,
        queuedMs: timeIn(row.segments, "queue", now),
        ranMs: timeIn(row.segments, "run", now),
      });
    }
  }
  if (filter.sort === "queue") listed.sort((a, b) => b.queuedMs - a.queuedMs);
  if (filter.sort === "run") listed.sort((a, b) => b.ranMs - a.ranMs);
  return listed;
}

function haystack({ job, attempts }: JobRow): string {
  return [jobLabel(job), job.jobId, job.tool ?? "", attempts.at(-1)?.agentKey ?? ""].join("\n").toLowerCase();
}
