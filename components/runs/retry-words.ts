import type { RunStatus } from "../../domain/kernel/statuses.ts";
import { formatPlural } from "../ui/format.ts";

/** `GET /jobs/{id}/retry`. */
export interface RetryPreview {
  comeBack: { jobId: string; runId: string }[];
  stay: { jobId: string; runId: string; why: string; runStatus: RunStatus }[];
  /** There are more dependent jobs than were checked. */
  truncated: boolean;
}

/**
 * Jobs of one run that stay cancelled for one reason: `2 jobs of` run b
 * `stay cancelled, as it is failed …`.
 */
export interface Staying {
  runId: string;
  /** Before the run. */
  before: string;
  /** After the run. */
  after: string;
}

const WHY: { readonly [why: string]: (status: RunStatus) => string } = {
  run_ended: (status) => `is ${status.replaceAll("_", " ")}: retry that run to bring its jobs back`,
  token_cancelled: () => "has cancelled the token they work for",
  dependency_failed: () => "has them depend on another job that did not complete",
};

const NAMED = 3;

/** Which jobs are queued again with a retried job, in a sentence; empty when there are none. */
export function comingBack({ comeBack, truncated }: RetryPreview, runId: string): string {
  if (comeBack.length === 0) return "";
  const others = [...new Set(comeBack.map((one) => one.runId))].filter((other) => other !== runId);
  const count = `${truncated ? "At least " : ""}${formatPlural(comeBack.length, "job")}`;
  const more = others.length > NAMED ? ` and ${others.length - NAMED} more` : "";
  const runs = `${others.length === 1 ? "run" : "runs"} ${others.slice(0, NAMED).join(", ")}${more}`;
  const among = others.length === 0 ? "" : `, those of ${runs} among them`;
  return `${count} cancelled because of it ${comeBack.length === 1 ? "comes" : "come"} back too${among}.`;
}

/** Which jobs stay cancelled although the job is retried, by run and reason. */
export function stayingCancelled({ stay }: RetryPreview): Staying[] {
  const kinds = new Map<string, RetryPreview["stay"]>();
  for (const one of stay) {
    const kind = `${one.runId} ${one.why}`;
    kinds.set(kind, [...(kinds.get(kind) ?? []), one]);
  }
  return [...kinds.values()].flatMap((jobs) => {
    const [one] = jobs;
    if (!one) return [];
    const why = WHY[one.why]?.(one.runStatus) ?? one.why;
    const verb = jobs.length === 1 ? "stays" : "stay";
    return [
      { runId: one.runId, before: `${formatPlural(jobs.length, "job")} of`, after: `${verb} cancelled, as it ${why}.` },
    ];
  });
}
