import { isFinalJob } from "../../../../domain/kernel/statuses.ts";
import type { Wire } from "../../../../domain/kernel/wire.ts";

/**
 * Why a job ended, in a sentence, with links to what it mentions. Why a job waits is explained by
 * the server (`domain/execution/waiting.ts`).
 */
export interface Hint {
  code: "dependency_failed" | "lease_expired" | "timed_out" | "exit_code";
  tone: "info" | "warning" | "critical";
  text: string;
  jobIds: string[];
  agentKeys: string[];
}

type Jobs = ReadonlyMap<string, Wire<"job">>;

/** Why a job did not complete, for operators. Empty for all others. */
export function diagnose(job: Readonly<Wire<"job">>, jobs: Jobs): Hint[] {
  switch (job.status) {
    case "cancelled":
      return cancelled(job, jobs);
    case "failed":
    case "timed_out":
      return ended(job);
    case "waiting":
    case "queued":
    case "running":
    case "completed":
      return [];
  }
}

function nameWithStatus(id: string, jobs: Jobs): string {
  const job = jobs.get(id);
  return job ? `${job.step ?? id} (${job.status.replaceAll("_", " ")})` : id;
}

function cancelled(job: Readonly<Wire<"job">>, jobs: Jobs): Hint[] {
  const culprit = job.dependsOn.find((id) => {
    const parent = jobs.get(id);
    return parent && isFinalJob(parent.status) && parent.status !== "completed";
  });
  if (job.reason !== "dependency_failed" || culprit === undefined) return [];
  const text = `Cancelled because a job it depends on did not complete: ${nameWithStatus(culprit, jobs)}`;
  return [hint("dependency_failed", "warning", text, { jobIds: [culprit] })];
}

/** Meanings of exit codes of shells and containers. */
const EXIT_CODES: { readonly [code: number]: string } = {
  126: "the command was found but may not be executed",
  127: "the command was not found",
  130: "the process was interrupted (SIGINT)",
  134: "the process aborted (SIGABRT)",
  137: "the process was killed (SIGKILL), often because memory ran out or its timeout passed",
  139: "the process crashed (segmentation fault)",
  143: "the process was asked to end (SIGTERM)",
};

function ended(job: Readonly<Wire<"job">>): Hint[] {
  if (job.error?.code === "lease_expired") {
    const agentKeys = job.claimedBy ? [job.claimedBy] : [];
    return [
      hint("lease_expired", "warning", "The agent stopped reporting and its lease ran out: was its worker killed?", {
        agentKeys,
      }),
    ];
  }
  if (job.status === "timed_out" && job.timeoutMs !== null) {
    return [hint("timed_out", "warning", `It did not end within its timeout of ${job.timeoutMs / 1000} s`)];
  }
  const meaning = job.exitCode === null ? undefined : EXIT_CODES[job.exitCode];
  return meaning ? [hint("exit_code", "warning", `Exit code ${job.exitCode}: ${meaning}`)] : [];
}

function hint(code: Hint["code"], tone: Hint["tone"], text: string, more: Partial<Hint> = {}): Hint {
  return { code, tone, text, jobIds: [], agentKeys: [], ...more };
}
