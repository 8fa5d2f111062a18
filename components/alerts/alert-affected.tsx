"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { jobEndpoints } from "../../domain/execution/job/endpoints.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
import { runHref } from "../../domain/kernel/links.ts";
import { api } from "../live/api.ts";
import { StatusBadge } from "../ui/badge.tsx";
import { formatPlural } from "../ui/format.ts";
import type { AlertRow } from "./alert-model.ts";

const OPEN = ["waiting", "queued", "running"] as const;

/** As many as one page holds; more are said to be more. */
const LOOKED_AT = 100;
const RUNS_SHOWN = 6;

/** What goes on, or waits, where the alert is: the jobs that are not over, and their runs. */
export function AlertAffected({ alert }: { alert: AlertRow }) {
  const where = placeOf(alert);
  const { data } = useQuery({
    queryKey: ["alerts", "affected", where, alert.seq],
    queryFn: ({ signal }) =>
      api.get(pathTo(jobEndpoints.list, { ...where, status: OPEN, limit: LOOKED_AT, large: "omit" }), signal),
    enabled: where !== null,
  });
  if (where === null || !data) return null;
  const { items, nextCursor } = data;
  const runs = [...new Set(items.map(({ runId }) => runId))];
  const counts = (["running", "queued", "waiting"] as const)
    .map((status) => ({ status, count: items.filter((job) => job.status === status).length }))
    .filter(({ count }) => count > 0);
  return (
    <section aria-label="Affected">
      <h3 className="text-small font-semibold text-muted">Affected</h3>
      {items.length === 0 ? (
        <p className="mt-2 text-body text-muted">No job runs or waits there now.</p>
      ) : (
        <div className="mt-2 space-y-1.5 text-body">
          <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
            {counts.map(({ status, count }) => (
              <span key={status} className="inline-flex items-center gap-1.5">
                <StatusBadge kind="job" status={status} />{" "}
                <span className="tabular-nums">{formatPlural(count, "job")}</span>
              </span>
            ))}
            {nextCursor && <span className="text-small text-muted">of the newest {LOOKED_AT}; there are more</span>}
          </p>
          {alert.subjectKind !== "run" && (
            <ul aria-label="Runs affected" className="flex flex-wrap gap-x-3 gap-y-1">
              {runs.slice(0, RUNS_SHOWN).map((runId) => (
                <li key={runId} className="min-w-0">
                  <Link href={runHref(runId)} className="link block truncate font-mono text-small">
                    {runId}
                  </Link>
                </li>
              ))}
              {runs.length > RUNS_SHOWN && (
                <li className="text-small text-muted">and {formatPlural(runs.length - RUNS_SHOWN, "other run")}</li>
              )}
            </ul>
          )}
        </div>
      )}
    </section>
  );
}

/** Which jobs an alert concerns, as `GET /jobs` is asked; null for those that concern none. */
function placeOf({
  subjectKind,
  subjectId,
  runId,
}: AlertRow): { agent?: string; queue?: string; runId?: string } | null {
  switch (subjectKind) {
    case "agent":
      return { agent: subjectId };
    case "queue":
      return { queue: subjectId };
    case "run":
      return { runId: subjectId };
    default:
      return runId === null ? null : { runId };
  }
}
