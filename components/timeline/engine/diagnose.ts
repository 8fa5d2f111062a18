import { isFinalJob } from "../../../domain/statuses.ts";
import type { Wire } from "../../../domain/wire.ts";

/** Why a job stands where it stands, in a sentence, with what it speaks of. `until`: when time alone moves it on. */
export interface Hint {
  code:
    | "waits_for_jobs"
    | "dependency_failed"
    | "next_retry"
    | "scheduled"
    | "no_agent"
    | "breaker_open"
    | "agents_draining"
    | "agents_busy"
    | "lease_expired"
    | "timed_out"
    | "exit_code";
  tone: "info" | "warning" | "critical";
  text: string;
  jobIds: string[];
  agentKeys: string[];
  until: string | null;
}

export interface Surroundings {
  jobs: ReadonlyMap<string, Wire<"job">>;
  /** Undefined while they are not known yet: then nothing is said about them. */
  agents: readonly Wire<"agent">[] | undefined;
  breakers: ReadonlyMap<string, Wire<"breaker">>;
  /** Milliseconds since 1970. */
  now: number;
}

/** What an operator should know about a job. Empty when it runs or ended well. */
export function diagnose(job: Readonly<Wire<"job">>, around: Surroundings): Hint[] {
  switch (job.status) {
    case "waiting":
      return waiting(job, around);
    case "queued":
      return queued(job, around).map((hint) =>
        hint.code === "breaker_open" ? withCount(hint, heldUp(hint, around)) : hint,
      );
    case "cancelled":
      return cancelled(job, around);
    case "failed":
    case "timed_out":
      return ended(job);
    case "running":
    case "completed":
      return [];
  }
}

/** What holds up the queued jobs of a run, one hint per cause, each naming all the jobs it holds. */
export function diagnoseRun(around: Surroundings): Hint[] {
  const byText = new Map<string, Hint>();
  for (const job of around.jobs.values()) {
    if (job.status !== "queued") continue;
    for (const hint of queued(job, around)) {
      if (hint.tone === "info") continue;
      const known = byText.get(hint.text);
      if (known) known.jobIds.push(job.jobId);
      else byText.set(hint.text, { ...hint, jobIds: [job.jobId] });
    }
  }
  return [...byText.values()].map((hint) => withCount(hint, hint.jobIds.length));
}

const withCount = (hint: Hint, jobs: number): Hint => ({
  ...hint,
  text: `${hint.text}: ${jobs} ${jobs === 1 ? "job waits" : "jobs wait"}`,
});

/** How many jobs of the run wait for the same reason. */
function heldUp(hint: Hint, around: Surroundings): number {
  let count = 0;
  for (const other of around.jobs.values()) {
    if (other.status === "queued" && queued(other, around).some((same) => same.text === hint.text)) count += 1;
  }
  return count;
}

/** Agents that could take a job: the one it names, or all that offer its capability. */
export function candidatesFor(
  job: Pick<Wire<"job">, "agentKey" | "capability">,
  agents: readonly Wire<"agent">[],
): Wire<"agent">[] {
  return agents.filter(
    (agent) =>
      (job.agentKey === null || agent.agentKey === job.agentKey) &&
      (job.capability === null || agent.capabilities.includes(job.capability)),
  );
}

const isOpen = (breaker: Wire<"breaker"> | undefined): boolean =>
  breaker?.state === "open" || breaker?.state === "forced_open";

function waiting(job: Readonly<Wire<"job">>, { jobs }: Surroundings): Hint[] {
  const open = job.dependsOn.filter((id) => jobs.get(id)?.status !== "completed");
  if (open.length === 0) return [];
  const named = open.slice(0, 3).map((id) => nameWithStatus(id, jobs));
  const more = open.length > 3 ? ` and ${open.length - 3} more` : "";
  return [hint("waits_for_jobs", "info", `Waiting for ${named.join(", ")}${more}`, { jobIds: open })];
}

function nameWithStatus(id: string, jobs: ReadonlyMap<string, Wire<"job">>): string {
  const job = jobs.get(id);
  return job ? `${job.step ?? id} (${job.status.replaceAll("_", " ")})` : id;
}

function queued(job: Readonly<Wire<"job">>, around: Surroundings): Hint[] {
  if (Date.parse(job.runAt) > around.now) {
    const tried = job.attempt > job.attemptBase;
    const used = job.attempt - job.attemptBase;
    const text = tried ? `Attempt ${used} of ${job.maxAttempts} failed; the next one starts` : "Scheduled: it starts";
    return [hint(tried ? "next_retry" : "scheduled", "info", text, { until: job.runAt })];
  }
  if (around.agents === undefined) return [];
  const candidates = candidatesFor(job, around.agents);
  if (candidates.length === 0) return [hint("no_agent", "warning", whoIsMissing(job))];
  const awake = candidates.filter((agent) => !agent.draining);
  if (awake.length === 0) {
    const text = `${naming(candidates)} could run it, but ${candidates.length === 1 ? "is" : "all are"} draining`;
    return [hint("agents_draining", "warning", text, { agentKeys: keys(candidates) })];
  }
  const open = awake.filter((agent) => isOpen(around.breakers.get(agent.agentKey)));
  const able = awake.filter((agent) => !open.includes(agent));
  const hints = open.length > 0 && able.every(isBusy) ? [breakersOpen(open, around)] : [];
  if (able.length === 0 || !able.every(isBusy)) return hints;
  const text =
    able.length === 1
      ? `${naming(able)} is busy: all its slots are taken`
      : `All ${able.length} agents that could run it are busy`;
  return [...hints, hint("agents_busy", "info", text, { agentKeys: keys(able) })];
}

const isBusy = (agent: Wire<"agent">): boolean => agent.busy >= agent.capacity;

function whoIsMissing(job: Pick<Wire<"job">, "agentKey" | "capability">): string {
  if (job.agentKey === null && job.capability === null) return "No agent is registered";
  if (job.agentKey === null) return `No agent offers the capability “${job.capability}”`;
  if (job.capability === null) return `It is for agent ${job.agentKey} only, which is not registered`;
  return `It is for agent ${job.agentKey} only, which is not registered with the capability “${job.capability}”`;
}

function breakersOpen(open: Wire<"agent">[], { breakers }: Surroundings): Hint {
  const resets = open.map((agent) => breakers.get(agent.agentKey)?.resetAt ?? null).filter((at) => at !== null);
  const text =
    open.length === 1
      ? `The breaker of agent ${naming(open)} is open`
      : `The breakers of agents ${naming(open)} are open`;
  return hint("breaker_open", "critical", text, { agentKeys: keys(open), until: resets.sort()[0] ?? null });
}

function cancelled(job: Readonly<Wire<"job">>, { jobs }: Surroundings): Hint[] {
  const culprit = job.dependsOn.find((id) => {
    const parent = jobs.get(id);
    return parent && isFinalJob(parent.status) && parent.status !== "completed";
  });
  if (job.reason !== "dependency_failed" || culprit === undefined) return [];
  const text = `Cancelled because a job it depends on did not complete: ${nameWithStatus(culprit, jobs)}`;
  return [hint("dependency_failed", "warning", text, { jobIds: [culprit] })];
}

/** What exit codes of shells and containers stand for. */
const EXIT_CODES: { readonly [code: number]: string } = {
  126: "the command was found but may not be executed",
  127: "the command was not found",
  130: "the process was interrupted (SIGINT)",
  134: "the process aborted (SIGABRT)",
  137: "the process was killed (SIGKILL), often for want of memory or at its timeout",
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

const keys = (agents: readonly Wire<"agent">[]): string[] => agents.map((agent) => agent.agentKey);
const naming = (agents: readonly Wire<"agent">[]): string => agents.map((agent) => agent.displayName).join(", ");

function hint(code: Hint["code"], tone: Hint["tone"], text: string, more: Partial<Hint> = {}): Hint {
  return { code, tone, text, jobIds: [], agentKeys: [], until: null, ...more };
}
