import type { Recalculation, ReportedFigures } from "../../../domain/agents/answers.ts";
import type { Baseline } from "../../../domain/agents/contract.ts";
import { type AgentFigures, addFigures, NO_FIGURES, withCounted } from "../../../domain/agents/tally.ts";
import { StoreError } from "../errors.ts";
import type { LaneQueries } from "../lane/lane-database.ts";
import { readHead } from "../lane/load-rows.ts";
import { alone } from "../lease.ts";
import type { Committer, Store } from "../types.ts";
import {
  agentsWithFigures,
  baselineOf,
  type CountedOutcome,
  outcomesSince,
  outcomesUpTo,
} from "./recalculate-statements.ts";

/**
 * Rebuilds agents' running figures from their outcomes, while traffic goes on.
 *
 * For each agent: the outcomes up to the log's present head are read page by page. They never
 * change, so the pages are consistent however long that takes, unless a clean-up has moved some of
 * them into the baseline meanwhile: then it starts over. Then one statement reads, in one snapshot,
 * the outcomes since and the row of figures. If they match, that is all. If not, a commit corrects
 * the row, on the condition that it is still at the version that was read. If outcomes keep
 * arriving in between, the last steps are repeated; finally the commit is sent without the
 * condition, and the reducer adds what the row has gained since it was read. A lease prevents two
 * recalculations of a tenant at once.
 */
interface RecalculateOptions {
  /** Only this agent. */
  agentKey?: string | undefined;
  /** Only agents with an outcome at this time or later. */
  from?: string | undefined;
  signal: AbortSignal;
}

interface RecalculateDeps {
  queries: LaneQueries;
  store: Pick<Store, "commit">;
}

const LEASE_MS = 60_000;
const PAGE = 5_000;
const TRIES = 5;

/**
 * Rejects with AlreadyRunning. An aborted signal ends it between two agents; the rest is
 * `unfinished`.
 */
export async function recalculate(
  deps: RecalculateDeps,
  tenantId: string,
  by: Committer,
  options: RecalculateOptions,
): Promise<Recalculation> {
  const { queries } = deps;
  const { agentKey, from, signal } = options;
  const report: Recalculation = { agents: 0, outcomesRead: 0, corrected: [], unfinished: [], from: from ?? null };
  await alone({ queries, work: "recalculation", tenantId, forMs: LEASE_MS }, async (renew) => {
    for (const key of await agentsWithFigures(queries, tenantId, agentKey ?? null, from ?? null)) {
      const done = !signal.aborted && (await rebuild(deps, tenantId, by, key, renew, report));
      if (done) report.agents += 1;
      else report.unfinished.push(key);
    }
  });
  return report;
}

async function rebuild(
  { queries, store }: RecalculateDeps,
  tenantId: string,
  by: Committer,
  agentKey: string,
  renew: () => Promise<void>,
  report: Recalculation,
): Promise<boolean> {
  for (let tries = 1; tries <= TRIES; tries += 1) {
    const done = await rebuildOnce({ queries, store }, tenantId, by, agentKey, renew, report);
    if (done !== "cleaned meanwhile") return done;
  }
  return false;
}

async function rebuildOnce(
  { queries, store }: RecalculateDeps,
  tenantId: string,
  by: Committer,
  agentKey: string,
  renew: () => Promise<void>,
  report: Recalculation,
): Promise<boolean | "cleaned meanwhile"> {
  const begun = await baselineOf(queries, tenantId, agentKey);
  const { seq, at } = await readHead(queries, tenantId);
  let counted = NO_FIGURES;
  let after: { at: string; id: string } | null = null;
  for (let more = true; more; ) {
    await renew();
    const page: CountedOutcome[] = await outcomesUpTo(queries, tenantId, agentKey, seq, after, PAGE);
    counted = page.reduce(withCounted, counted);
    report.outcomesRead += page.length;
    after = page.at(-1) ?? null;
    more = page.length === PAGE;
  }
  for (let tries = 1; tries <= TRIES; tries += 1) {
    await renew();
    const since = await outcomesSince(queries, tenantId, agentKey, seq, at);
    if (!since) return true;
    report.outcomesRead += since.outcomes.length;
    const { version, baseline, ...before } = since.row;
    if (sizeOf(baseline) !== sizeOf(begun)) return "cleaned meanwhile";
    const whole = since.outcomes.reduce(withCounted, counted);
    const now = baseline ? addFigures(whole, { ...NO_FIGURES, ...baseline }) : whole;
    if (isSame(before, now)) return true;
    const expectRows = tries < TRIES ? [{ kind: "statistics" as const, id: agentKey, versions: [version] }] : [];
    try {
      const mutation = { type: "statistics.replace" as const, agentKey, before, after: now };
      await store.commit(tenantId, by, { mutations: [mutation], expectRows });
      report.corrected.push({ agentKey, before: reportOf(before), after: reportOf(now) });
      return true;
    } catch (error) {
      if (!(error instanceof StoreError && MOVED_ON.has(error.code))) throw error;
    }
  }
  return false;
}

/** Grows by one with every outcome moved into the baseline. */
const sizeOf = (baseline: Baseline | null): number => (baseline?.total ?? 0) + (baseline?.upstream ?? 0);

const MOVED_ON: ReadonlySet<string> = new Set(["stale_expectation", "commit_refused"]);

const reportOf = ({ histogram: _, ...figures }: AgentFigures): ReportedFigures => figures;

/**
 * Sums of fractions depend on the order of addition: differences in the last digits do not count.
 */
function isSame(a: AgentFigures, b: AgentFigures): boolean {
  const counts = ["total", "successful", "failed", "upstream", "timed"] as const;
  const close = Math.abs(a.totalDurationMs - b.totalDurationMs) <= 1e-9 * Math.max(1, b.totalDurationMs);
  const buckets = [...new Set([...Object.keys(a.histogram), ...Object.keys(b.histogram)])];
  return (
    close &&
    counts.every((name) => a[name] === b[name]) &&
    buckets.every((bucket) => (a.histogram[bucket] ?? 0) === (b.histogram[bucket] ?? 0))
  );
}
