import { fireAlert } from "../alerts/alert.ts";
import { ruleOf } from "../alerts/rule.ts";
import { paramsOf } from "../alerts/rule-params.ts";
import { fingerprint } from "../kernel/fingerprint.ts";
import { ms } from "../kernel/primitives.ts";
import { span } from "../kernel/span.ts";
import { isFinalJob } from "../kernel/statuses.ts";
import { must, type Tx } from "../kernel/tx.ts";
import { openJobs, type Run } from "./contract.ts";
import { CASCADE_LIMIT } from "./limits.ts";

/** The rule that a run which has missed its deadline breaks. */
const RUN_OVERDUE = "run_overdue";

/** The alert that says so. */
export const overdueAlertId = (runId: string): string => fingerprint(RUN_OVERDUE, runId);

/**
 * A run that has missed its deadline raises an alert at once, unless the rule is off or is about
 * something else. Retrying the run resolves it.
 */
export function alertOfTimeout(tx: Tx, run: Readonly<Run>): void {
  const rule = ruleOf(tx, RUN_OVERDUE);
  if (!rule?.enabled || rule.ruleKind !== "run_overdue") return;
  const { afterMs, workflow } = paramsOf("run_overdue", rule.params);
  if (afterMs !== undefined || (workflow !== undefined && workflow !== run.workflow)) return;
  fireAlert(tx, {
    id: overdueAlertId(run.id),
    rule: rule.id,
    severity: rule.severity,
    title: `Run ${run.id} timed out`,
    detail: `${run.workflow} did not end within ${span(run.timeoutMs ?? 0)}${openJobsWords(tx, run.id)}`,
    subject: { kind: "run", id: run.id },
    runId: run.id,
    value: run.startedAt ? ms(tx.at) - ms(run.startedAt) : null,
    threshold: run.timeoutMs,
    escalateAfterMs: rule.escalation[0]?.afterMs ?? null,
  });
}

/**
 * Which jobs of a run are open, for people: `; job a was running, job b was queued and 3 more`.
 * Empty when none is.
 */
function openJobsWords(tx: Tx, runId: string): string {
  const open = openJobs(must(tx, "run", runId).jobCounts);
  if (open === 0) return "";
  const jobs = tx
    .ids({ set: "jobs-of-run", runId, statuses: ["waiting", "queued", "running"], limit: CASCADE_LIMIT })
    .map((jobId) => must(tx, "job", jobId))
    .filter(({ status }) => !isFinalJob(status))
    .sort((a, b) => Number(b.status === "running") - Number(a.status === "running"));
  const named = jobs.slice(0, 3).map(({ id, status }) => `job ${id} was ${status}`);
  const more = open - named.length;
  return `; ${named.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
