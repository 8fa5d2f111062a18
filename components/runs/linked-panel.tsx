"use client";

import { X } from "lucide-react";
import Link from "next/link";
import { jobHref } from "../../domain/kernel/links.ts";
import { Button, IconButton } from "../ui/button.tsx";
import { Skeleton } from "../ui/skeleton.tsx";
import type { Linked } from "./use-run-parts.ts";

interface LinkedPanelProps {
  jobId: string;
  linked: Exclude<Linked, { state: "here" }>;
  onClose: () => void;
}

/** Shown in place of a job's panel while the job is loading, or when the run has no such job. */
export function LinkedPanel({ jobId, linked, onClose }: LinkedPanelProps) {
  return (
    <aside
      aria-label={`Job ${jobId}`}
      className="fixed inset-x-0 bottom-0 z-40 rounded-t-xl border border-line bg-surface p-3 text-body shadow-2xl md:inset-y-0 md:right-0 md:left-auto md:w-[30rem] md:rounded-none xl:sticky xl:top-16 xl:z-0 xl:w-auto xl:self-start xl:rounded-lg xl:shadow-none"
    >
      <div className="flex items-start gap-2">
        <h2 className="min-w-0 flex-1 text-lead leading-6 font-semibold break-words">{jobId}</h2>
        <IconButton size="sm" label="Close" onClick={onClose}>
          <X aria-hidden className="size-4" />
        </IconButton>
      </div>
      {linked.state === "loading" ? (
        <div role="status" aria-label="Loading the job" className="mt-2 space-y-2">
          <Skeleton className="h-5" />
          <Skeleton className="h-20" />
        </div>
      ) : (
        <p role="alert" className="mt-1 text-muted">
          <LinkedMessage jobId={jobId} linked={linked} />
        </p>
      )}
    </aside>
  );
}

function LinkedMessage({ jobId, linked }: Pick<LinkedPanelProps, "jobId" | "linked">) {
  switch (linked.state) {
    case "loading":
      return null;
    case "unknown":
      return "There is no job with this id. It may have been cleaned up, or the link is wrong.";
    case "elsewhere":
      return (
        <>
          This job belongs to another run:{" "}
          <Link className="link" href={jobHref(linked.runId, jobId)}>
            {linked.runId}
          </Link>
        </>
      );
    case "failed":
      return (
        <span className="flex flex-wrap items-center gap-2">
          {linked.detail}
          <Button size="sm" onClick={linked.retry}>
            Try again
          </Button>
        </span>
      );
  }
}
