"use client";

import { useQuery } from "@tanstack/react-query";
import { Hand } from "lucide-react";
import Link from "next/link";
import type { SwitchyardError } from "../../client/core/problem.ts";
import { approvalEndpoints } from "../../domain/execution/endpoints.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
import { approvalHref } from "../../domain/kernel/links.ts";
import type { Wire } from "../../domain/kernel/wire.ts";
import { api } from "../live/api.ts";
import { useTopicRows } from "../live/rows.ts";
import { RelativeTime } from "../ui/time.tsx";
import { jobLabel } from "./timeline/engine/model.ts";

interface RunApprovalsProps {
  runId: string;
  jobs: ReadonlyMap<string, Wire<"job">>;
  onSelectJob: (jobId: string) => void;
}

const NONE: readonly Wire<"approval">[] = [];

/** The decisions that the run waits for. Renders nothing when there are none. */
export function RunApprovals({ runId, jobs, onSelectJob }: RunApprovalsProps) {
  const { data } = useQuery<Wire<"approval">[], SwitchyardError>({
    queryKey: ["run-approvals", runId],
    queryFn: async ({ signal }) => {
      const asked = { runId, status: "pending", limit: 100, large: "omit" } as const;
      return (await api.get(pathTo(approvalEndpoints.list, asked), signal)).items;
    },
    staleTime: Number.POSITIVE_INFINITY,
  });
  const approvals = useTopicRows("approvals", "approval", data ?? NONE);
  const waiting = approvals.filter((one) => one.runId === runId && one.status === "pending");
  if (waiting.length === 0) return null;
  return (
    <ul aria-label="Waiting for a decision" className="mb-3 space-y-1.5">
      {waiting.map((approval) => {
        const job = approval.jobId === null ? undefined : jobs.get(approval.jobId);
        return (
          <li
            key={approval.id}
            className="flex flex-wrap items-center gap-x-2.5 gap-y-1 rounded-lg border border-status-review/30 bg-[color-mix(in_oklab,var(--status-review)_var(--tint),var(--surface))] px-2.5 py-1.5 text-body"
          >
            <Hand aria-hidden className="size-3.5 shrink-0 text-status-review" />
            <span className="min-w-0 font-medium">{approval.title}</span>
            {job && (
              <span className="text-muted">
                holds up{" "}
                <button type="button" className="link" onClick={() => onSelectJob(job.jobId)}>
                  {jobLabel(job)}
                </button>
              </span>
            )}
            <span className="text-muted">
              asked <RelativeTime at={approval.createdAt} />
            </span>
            <Link href={approvalHref(approval.id)} className="link ml-auto font-medium">
              Decide
            </Link>
          </li>
        );
      })}
    </ul>
  );
}
