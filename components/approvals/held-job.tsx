"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { jobEndpoints } from "../../domain/execution/job/endpoints.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
import { jobHref } from "../../domain/kernel/links.ts";
import type { Wire } from "../../domain/kernel/wire.ts";
import { api } from "../live/api.ts";
import { useTopic } from "../live/live-provider.tsx";
import { useRow } from "../live/rows.ts";
import { StatusBadge } from "../ui/badge.tsx";
import type { ApprovalRow } from "./approval-model.ts";

/** The job that an approval holds up, live: what has become of it since the decision. */
export function HeldJob({ approval, runId, jobId }: { approval: ApprovalRow; runId: string; jobId: string }) {
  useTopic(`run:${runId}`);
  const { data, isError } = useQuery({
    queryKey: ["approval-job", jobId],
    queryFn: ({ signal }) => api.get(pathTo(jobEndpoints.one, { id: jobId }), signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const job = useRow("job", jobId, data);
  const link = (
    <Link href={jobHref(runId, jobId)} className="link break-all">
      {job?.step ?? jobId}
    </Link>
  );
  if (isError && !job) return <span>job {link}</span>;
  return (
    <span className="inline-flex flex-wrap items-center gap-x-1.5 gap-y-1">
      {wordFor(approval, job)} {link}
      {job && <StatusBadge kind="job" status={job.status} />}
      {approval.status === "approved" && job?.status === "waiting" && job.unmet > 0 && (
        <span>
          for {job.unmet} other {job.unmet === 1 ? "job" : "jobs"}
        </span>
      )}
    </span>
  );
}

function wordFor({ id, status }: ApprovalRow, job: Wire<"job"> | undefined): string {
  // An approval can be about a job that does not wait for it.
  if (job?.approvalId !== id) return "For job";
  if (status === "pending") return job.status === "waiting" ? "Holds up job" : "For job";
  if (status !== "approved") return "Job";
  return job.status === "waiting" ? "Still waiting: job" : "Released job";
}
