import { ownOf } from "../../domain/kernel/json-map.ts";
import { BREAKER_STATES, type BreakerStateName } from "../../domain/kernel/statuses.ts";
import type { AlertRow } from "../alerts/alert-model.ts";
import type { AgentView } from "./agent-rows.ts";

/** The standing of an agent, the worst first: the board sorts and filters by it. */
export const STANDINGS = ["open", "half_open", "failing", "disabled", "draining", "silent", "closed"] as const;
export type Standing = (typeof STANDINGS)[number];

/** The name of a standing in the board's filter. */
export const STANDING_NAMES: { readonly [standing in Standing]: string } = {
  open: "Open",
  half_open: "Half-open",
  failing: "Failing",
  disabled: "Disabled",
  draining: "Draining",
  silent: "Silent",
  closed: "Fine",
};

/** What each standing means, as a tooltip. */
export const STANDING_HINTS: { readonly [standing in Standing]: string } = {
  open: "No call passes: the breaker opened, or an operator tripped it",
  half_open: "Trial calls decide whether the breaker closes",
  failing: "Closed, with a failure rate above half of the threshold",
  disabled: "Every call passes; the breaker is off",
  draining: "Finishes its jobs and takes no new ones",
  silent: "Has jobs and sends no heartbeat",
  closed: "Calls pass",
};

const STANDING_OF: { readonly [state in Exclude<BreakerStateName, "closed">]: Standing } = {
  open: "open",
  forced_open: "open",
  half_open: "half_open",
  disabled: "disabled",
};

/** The parts of an agent that decide its standing. */
export type Stands = Pick<AgentView, "agent" | "breaker"> & { alerts: readonly AlertRow[] };

/**
 * The worst standing that applies to an agent. Silence comes from an alert rule, so that an idle
 * agent does not count as silent.
 */
export function standingOf({ agent, breaker, alerts }: Stands): Standing {
  if (breaker.state !== "closed") return ownOf(STANDING_OF, breaker.state) ?? "open";
  if ((breaker.failureRate ?? 0) > breaker.config.failureRateThreshold / 2) return "failing";
  if (agent.draining) return "draining";
  return alerts.some(isSilence) ? "silent" : "closed";
}

const isSilence = ({ rule }: AlertRow): boolean => rule === "agent_silent";

/** An agent with its standing. */
export type Placed = AgentView & { alerts: readonly AlertRow[]; standing: Standing };

/** Standings sorted by failure rate. In others it would only make tiles move with the traffic. */
const RANKED: ReadonlySet<Standing> = new Set(["open", "half_open", "failing"]);

/**
 * Worst first: by standing, bad ones by failure rate (without calls last), then by key for a stable
 * order.
 */
export function byStanding(a: Placed, b: Placed): number {
  const rate = ({ standing, breaker }: Placed) => (RANKED.has(standing) ? (breaker.failureRate ?? -1) : 0);
  return (
    STANDINGS.indexOf(a.standing) - STANDINGS.indexOf(b.standing) ||
    rate(b) - rate(a) ||
    (a.agent.id < b.agent.id ? -1 : 1)
  );
}

/** Agents per standing, without empty ones. */
export function countStandings(agents: readonly Placed[]): { standing: Standing; count: number }[] {
  return STANDINGS.map((standing) => ({
    standing,
    count: agents.filter((one) => one.standing === standing).length,
  })).filter(({ count }) => count > 0);
}

/**
 * Those of a standing (all without one) whose name, key, capabilities, last error or state contain
 * every word of the text.
 */
export function filterAgents(agents: readonly Placed[], standing: Standing | null, text: string): Placed[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return agents.filter((one) => {
    if (standing !== null && one.standing !== standing) return false;
    if (words.length === 0) return true;
    const { agent, breaker } = one;
    const texts = [agent.displayName, agent.agentKey, ...agent.capabilities, breaker.lastError ?? "", breaker.state];
    const all = texts.join("\n").toLowerCase();
    return words.every((word) => all.includes(word));
  });
}

/**
 * The open alerts about each agent, the most severe and latest first, as `alertsOf` orders them.
 */
export function alertsByAgent(alerts: readonly AlertRow[]): ReadonlyMap<string, readonly AlertRow[]> {
  const of = new Map<string, AlertRow[]>();
  for (const alert of alerts) {
    if (alert.subjectKind !== "agent") continue;
    const known = of.get(alert.subjectId);
    if (known) known.push(alert);
    else of.set(alert.subjectId, [alert]);
  }
  return of;
}

/** Whether a breaker in this state lets no new work through, so that jobs wait because of it. */
export const holdsUp = (state: BreakerStateName): boolean => HOLDING.has(state);
const HOLDING: ReadonlySet<BreakerStateName> = new Set(
  BREAKER_STATES.filter((state) => state === "open" || state === "forced_open" || state === "half_open"),
);
