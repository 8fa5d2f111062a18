import { Hourglass } from "lucide-react";
import Link from "next/link";
import { jobHref, runHref } from "../../domain/kernel/links.ts";
import { formatPlural } from "../ui/format.ts";
import { Popover } from "../ui/popover.tsx";
import type { Waiting } from "./waiting.ts";

/** Most jobs named per run; the rest is counted. */
const NAMED = 5;
const RUNS = 20;

interface WaitingListProps {
  waiting: Waiting;
  /** Not all queued jobs were checked. */
  more: boolean;
  /** Name of the agent they wait for. */
  name: string;
}

/** How many jobs and runs wait for an agent; opened, which ones. */
export function WaitingList({ waiting, more, name }: WaitingListProps) {
  const { jobs, runs } = waiting;
  const count = `${formatPlural(jobs, "job").replace(" ", more ? "+ " : " ")} in ${formatPlural(runs.length, "run")}`;
  return (
    <Popover
      label={`Waiting for ${name}`}
      trigger={
        <button
          type="button"
          className="inline-flex min-h-6 items-center gap-1 rounded text-small text-muted underline decoration-dotted underline-offset-2 hover:text-ink pointer-coarse:min-h-9"
        >
          <Hourglass aria-hidden className="size-3" />
          {count} {jobs === 1 ? "waits" : "wait"}
        </button>
      }
      className="w-80"
    >
      <p className="mb-2 text-small text-muted">
        Queued jobs that no other agent takes now{more && ", of the newest 500 queued"}:
      </p>
      <ul className="max-h-72 space-y-2 overflow-y-auto">
        {runs.slice(0, RUNS).map((run) => (
          <WaitingRun key={run.runId} {...run} />
        ))}
      </ul>
      {runs.length > RUNS && <p className="mt-2 text-small text-muted">and {runs.length - RUNS} more runs</p>}
    </Popover>
  );
}

function WaitingRun({ runId, jobs }: Waiting["runs"][number]) {
  return (
    <li>
      <Link href={runHref(runId)} className="link block truncate font-mono text-small">
        {runId}
      </Link>
      <ul className="pl-3">
        {jobs.slice(0, NAMED).map((job) => (
          <li key={job.id} className="truncate">
            <Link href={jobHref(runId, job.id)} className="hover:underline">
              {job.step ?? job.id}
            </Link>
          </li>
        ))}
        {jobs.length > NAMED && <li className="text-small text-muted">and {jobs.length - NAMED} more</li>}
      </ul>
    </li>
  );
}
