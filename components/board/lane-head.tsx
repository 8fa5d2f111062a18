"use client";

import Link from "next/link";
import { runHref } from "../../domain/kernel/links.ts";
import { useRow } from "../live/rows.ts";
import { StatusBadge } from "../ui/badge.tsx";
import { formatPlural } from "../ui/format.ts";
import type { Lane } from "./board-model.ts";

/**
 * The run a swimlane shows. Its workflow and status are there as soon as the runs' topic has
 * brought them.
 */
export function LaneHead({ lane }: { lane: Lane }) {
  const run = useRow("run", lane.id);
  return (
    <div className="sticky left-0 flex w-fit max-w-full flex-wrap items-center gap-2 px-1 pt-2 text-small text-muted">
      <Link href={runHref(lane.id)} className="font-mono text-ink hover:underline">
        {lane.id}
      </Link>
      {run && (
        <>
          <span className="text-body">{run.workflow}</span>
          <StatusBadge kind="run" status={run.status} />
        </>
      )}
      <span>{formatPlural(lane.count, "workstream")}</span>
    </div>
  );
}
