import type { LogEvent } from "../../domain/kernel/event.ts";
import { type EventOf, isEvent } from "../../domain/kernel/read-event.ts";
import { latestFirst } from "../live/live-list.ts";
import type { Decision } from "./decision-filters.ts";

/**
 * Decisions from the log since the page was rendered: complete new ones, and outcomes of any. Pages
 * loaded over HTTP are merged with it; nothing is fetched twice.
 */
export interface DecisionFeed {
  /** Decisions by their id. */
  decided: ReadonlyMap<string, Decision>;
  outcomes: ReadonlyMap<string, Outcome>;
  /** How often positions were lost: loaded pages must be loaded again. */
  holes: number;
}

type Outcome = Pick<Decision, "success" | "durationMs" | "errorMessage" | "outcomeAt" | "seq">;

export const NEW_FEED: DecisionFeed = { decided: new Map(), outcomes: new Map(), holes: 0 };

/** Most decisions kept: the oldest are dropped, and loaded by paging. */
const MOST_KEPT = 2000;

/** The feed with more events of the log. */
export function arrived(feed: DecisionFeed, events: readonly LogEvent[]): DecisionFeed {
  const decided = new Map(feed.decided);
  const outcomes = new Map(feed.outcomes);
  for (const event of events) {
    const { id } = event.subject;
    if (isEvent(event, "routing.decided", "routing.recorded")) decided.set(id, decisionOf(event));
    else if (isEvent(event, "routing.outcome_recorded")) outcomes.set(id, outcomeOf(event));
  }
  if (decided.size === feed.decided.size && outcomes.size === feed.outcomes.size) return feed;
  return { ...feed, decided: bounded(decided), outcomes: bounded(outcomes) };
}

/** The event's payload is the row, without the fields of the event itself. */
function decisionOf({ subject, at, seq, payload }: EventOf<"routing.decided" | "routing.recorded">): Decision {
  return { ...payload, kind: "decision", id: subject.id, decisionId: subject.id, routedAt: at, version: 1, seq };
}

function outcomeOf({ at, seq, payload }: EventOf<"routing.outcome_recorded">): Outcome {
  const { success, durationMs, error } = payload;
  return { success, durationMs, errorMessage: error, outcomeAt: at, seq };
}

function bounded<V>(map: Map<string, V>): Map<string, V> {
  return map.size <= MOST_KEPT ? map : new Map([...map].slice(map.size - MOST_KEPT));
}

/** A decision with a later outcome from the log. */
export function withOutcome(decision: Decision, { outcomes }: DecisionFeed): Decision {
  const outcome = outcomes.get(decision.id);
  return outcome && outcome.seq > decision.seq ? { ...decision, ...outcome } : decision;
}

/** The decisions from the log, with their outcomes. */
export const rowsOf = (feed: DecisionFeed): Decision[] =>
  [...feed.decided.values()].map((one) => withOutcome(one, feed));

/** The latest routed first, as the server sorts. */
export const newestFirst = latestFirst((one: Decision) => one.routedAt);
