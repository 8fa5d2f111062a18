"use client";

import { Info, OctagonX, TriangleAlert } from "lucide-react";
import Link from "next/link";
import type { CSSProperties } from "react";
import type { Wire } from "../../domain/wire.ts";
import { diagnose, diagnoseRun, type Hint } from "../timeline/engine/diagnose.ts";
import { jobLabel } from "../timeline/engine/model.ts";
import { Countdown } from "../ui/time.tsx";
import { useSurroundings } from "./use-surroundings.ts";

const LOOKS = {
  info: { icon: Info, tone: "var(--status-running)" },
  warning: { icon: TriangleAlert, tone: "var(--status-blocked)" },
  critical: { icon: OctagonX, tone: "var(--status-failed)" },
} as const;

interface HintsProps {
  jobs: ReadonlyMap<string, Wire<"job">>;
  onSelectJob: (jobId: string) => void;
}

/** What holds up the queued jobs of a run. Mount it while some are queued. */
export function RunHints({ jobs, onSelectJob }: HintsProps) {
  const around = useSurroundings(jobs);
  const hints = around ? diagnoseRun(around) : [];
  return <HintList hints={hints} jobs={jobs} onSelectJob={onSelectJob} withJobs={false} />;
}

/** Why a job stands where it stands. */
export function JobHints({ job, jobs, onSelectJob }: HintsProps & { job: Wire<"job"> }) {
  const around = useSurroundings(jobs);
  const hints = around ? diagnose(job, around) : [];
  return <HintList hints={hints} jobs={jobs} onSelectJob={onSelectJob} withJobs />;
}

function HintList({ hints, jobs, onSelectJob, withJobs }: HintsProps & { hints: readonly Hint[]; withJobs: boolean }) {
  if (hints.length === 0) return null;
  return (
    <ul aria-label="Hints" className="space-y-1.5">
      {hints.map((hint) => {
        const { icon: Icon, tone } = LOOKS[hint.tone];
        const named = withJobs ? hint.jobIds.slice(0, 5) : hint.jobIds.slice(0, 1);
        return (
          <li
            key={hint.text}
            style={{ "--tone": tone } as CSSProperties}
            className="flex items-start gap-2 rounded-lg border border-(--tone)/25 bg-[color-mix(in_oklab,var(--tone)_var(--tint),var(--surface))] px-2.5 py-1.5 text-[13px]"
          >
            <Icon aria-hidden className="mt-0.5 size-3.5 shrink-0 text-(--tone)" />
            <span className="min-w-0 text-ink">
              {hint.text}
              {hint.until && <Until hint={hint} at={hint.until} />}
              <span className="flex flex-wrap gap-x-3 empty:hidden">
                {hint.agentKeys.map((agentKey) => (
                  <Link key={agentKey} href={`/agents/${encodeURIComponent(agentKey)}`} className="link">
                    Agent {agentKey}
                  </Link>
                ))}
                {named.map((jobId) => {
                  const job = jobs.get(jobId);
                  return (
                    <button key={jobId} type="button" className="link" onClick={() => onSelectJob(jobId)}>
                      {job ? jobLabel(job) : jobId}
                    </button>
                  );
                })}
              </span>
            </span>
          </li>
        );
      })}
    </ul>
  );
}

function Until({ hint, at }: { hint: Hint; at: string }) {
  const before = hint.code === "breaker_open" ? "; it lets trials through in " : " in ";
  return (
    <>
      {before}
      <Countdown to={at} />
    </>
  );
}
