import { compareText } from "../../../domain/kernel/compare.ts";
import type { Json } from "../../../domain/kernel/primitives.ts";
import type { JobStatus } from "../../../domain/kernel/statuses.ts";
import type { Wire } from "../../../domain/kernel/wire.ts";
import { jobLabel, type TimelineModel } from "../timeline/engine/model.ts";

/** What one job did to a file. */
export interface FileTouch {
  jobId: string;
  job: string;
  jobStatus: JobStatus;
  /** Title of the job's workstream. */
  workstream: string;
  workstreamId: string | null;
  /** `added`, `modified`, `deleted` … as the attempt reported it. */
  status: string | null;
}

export interface TouchedFile {
  path: string;
  touches: FileTouch[];
  /** Whether more than one workstream touched it. */
  conflict: boolean;
}

const NO_WORKSTREAM = "No workstream";

/** The files that the attempts of a run's jobs report: conflicts first, then by path. */
export function filesTouched(model: TimelineModel): TouchedFile[] {
  const files = new Map<string, FileTouch[]>();
  for (const { workstream, jobs } of model.groups) {
    for (const { job, attempts } of jobs) {
      for (const { path, status } of reportedFiles(attempts)) {
        const touch = { jobId: job.id, job: jobLabel(job), jobStatus: job.status, status };
        const touches = files.get(path) ?? [];
        touches.push({ ...touch, workstream: workstream?.title ?? NO_WORKSTREAM, workstreamId: job.workstreamId });
        files.set(path, touches);
      }
    }
  }
  return [...files]
    .map(([path, touches]): TouchedFile => {
      return { path, touches, conflict: new Set(touches.map((touch) => touch.workstreamId)).size > 1 };
    })
    .sort((a, b) => Number(b.conflict) - Number(a.conflict) || compareText(a.path, b.path));
}

interface ReportedFile {
  path: string;
  status: string | null;
}

/** `result.files` of the newest attempt that has it: paths, or `{path, status?}`. */
export function reportedFiles(attempts: readonly Pick<Wire<"attempt">, "result">[]): ReportedFile[] {
  for (const { result } of attempts.toReversed()) {
    const files = isMap(result) ? result.files : undefined;
    if (!Array.isArray(files)) continue;
    const byPath = new Map<string, ReportedFile>();
    for (const file of files) {
      const path = isMap(file) ? file.path : file;
      const status = isMap(file) && typeof file.status === "string" ? file.status : null;
      if (typeof path === "string" && path !== "") byPath.set(path, { path, status });
    }
    return [...byPath.values()];
  }
  return [];
}

const isMap = (value: Json | undefined): value is { [key: string]: Json } =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The files whose path has every word of a text, and, on request, only conflicts. */
export function findFiles(files: readonly TouchedFile[], text: string, conflicts: boolean): TouchedFile[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return files.filter(
    ({ path, conflict }) => (!conflicts || conflict) && words.every((word) => path.toLowerCase().includes(word)),
  );
}
