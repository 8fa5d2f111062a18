"use client";

import { RotateCw } from "lucide-react";
import Link from "next/link";
import { jobHref, runHref } from "../../domain/kernel/links.ts";
import type { Wire } from "../../domain/kernel/wire.ts";
import { StatusBadge, StatusIcon } from "../ui/badge.tsx";
import { IconButton } from "../ui/button.tsx";
import { Changes } from "../ui/changes.tsx";
import { cn } from "../ui/cn.ts";
import { TableRow, Td } from "../ui/table.tsx";
import { RelativeTime } from "../ui/time.tsx";

interface DeadLetterLineProps {
  job: Wire<"job">;
  selected: boolean;
  busy: boolean;
  onToggle: (jobId: string) => void;
  onRetry: (jobId: string) => void;
}

/** One dead letter, with the reason. */
export function DeadLetterLine({ job, selected, busy, onToggle, onRetry }: DeadLetterLineProps) {
  const why = job.error?.message ?? job.reason?.replaceAll("_", " ") ?? "no reason given";
  return (
    <TableRow className={cn(selected && "bg-hover")}>
      <Td className="w-px pr-0">
        <input
          type="checkbox"
          aria-label={`Select ${job.id}`}
          checked={selected}
          onChange={() => onToggle(job.id)}
          className="block size-4 accent-(--accent)"
        />
      </Td>
      <Td className="max-w-40 sm:max-w-56">
        <span className="flex items-center gap-1.5">
          <StatusIcon kind="job" status={job.status} className="shrink-0 sm:hidden" />
          <Link href={jobHref(job.runId, job.id)} title={job.id} className="block truncate font-medium hover:underline">
            {job.step ?? job.id}
          </Link>
        </span>
      </Td>
      <Td className="hidden sm:table-cell">
        <StatusBadge kind="job" status={job.status} />
      </Td>
      <Td className="max-w-32 sm:max-w-80 xl:max-w-[32rem]">
        <span className="block truncate" title={why}>
          {why}
          {job.exitCode !== null && <span className="text-muted"> · exit {job.exitCode}</span>}
        </span>
      </Td>
      <Td className="hidden max-w-48 lg:table-cell">
        <Link
          href={runHref(job.runId)}
          className="block truncate font-mono text-small text-muted hover:text-ink hover:underline"
        >
          {job.runId}
        </Link>
      </Td>
      <Td numeric className="hidden text-muted md:table-cell">
        {job.attempt - job.attemptBase} of {job.maxAttempts}
      </Td>
      <Td numeric className="hidden text-muted sm:table-cell">
        <RelativeTime at={job.finishedAt} />
      </Td>
      <Td className="w-px">
        <Changes>
          <IconButton size="sm" label={`Retry ${job.id}`} disabled={busy} onClick={() => onRetry(job.id)}>
            <RotateCw aria-hidden className="size-3.5" />
          </IconButton>
        </Changes>
      </Td>
    </TableRow>
  );
}
