import type { LogEvent } from "../../../domain/kernel/event.ts";
import { isAbout } from "../../../domain/kernel/read-event.ts";
import { BREAKER_STATES, type BreakerStateName } from "../../../domain/kernel/statuses.ts";
import type { FeedRow } from "../../live/feed.ts";

/** A stretch of time in which a breaker was in one state. Times are epoch ms. */
export interface Band {
  from: number;
  /** Its end; at the strip's end it continues. */
  to: number;
  /** Null: unknown, or (`absent`) the agent did not exist yet. */
  state: BreakerStateName | null;
  absent: boolean;
  /**
   * Why it changed to this state, and who ordered it (null: the breaker itself). Null too when the
   * beginning is unknown.
   */
  reason: string | null;
  by: string | null;
  /** Whether `from` is when it began; false: only where the strip begins. */
  begun: boolean;
}

/** A breaker's events, and how far back they are complete. */
export interface KnownHistory {
  /** Oldest first. May include events other than transitions. */
  rows: readonly FeedRow[];
  /**
   * From this time on (epoch ms) `rows` has every transition; null: not known, so the time before
   * the first one is unknown.
   */
  knownFrom: number | null;
  /** When the agent was created. */
  createdAt: number;
  /** The current state; without transitions, the state all along. */
  state: BreakerStateName;
}

interface Move {
  at: number;
  from: BreakerStateName;
  to: BreakerStateName;
  reason: string | null;
  by: string | null;
  /** The log is incomplete right before it. */
  afterHole: boolean;
}

/**
 * The bands from `start` to `end`, without gaps or overlaps. A transition names the state it came
 * from, so the state before the first one is known as far back as the log is. Earlier times, gaps
 * in the log, and times between inconsistent transitions are unknown, and shown as unknown.
 */
export function bandsOf(history: KnownHistory, start: number, end: number): Band[] {
  const moves = movesOf(history.rows);
  const points = stretches(history, moves);
  return points.flatMap((point, index) => {
    const next = points[index + 1]?.from ?? Number.POSITIVE_INFINITY;
    const [from, to] = [Math.max(point.from, start), Math.min(next, end)];
    if (to <= from) return [];
    return [{ ...point, from, to, begun: point.begun && point.from >= start }];
  });
}

type Stretch = Omit<Band, "to">;

const UNKNOWN = { state: null, absent: false, reason: null, by: null, begun: false };

/** Bands from the beginning of time; each ends where the next begins. */
function stretches({ knownFrom, createdAt, state }: KnownHistory, moves: readonly Move[]): Stretch[] {
  const first = moves[0];
  const found: Stretch[] = [{ ...UNKNOWN, from: Number.NEGATIVE_INFINITY, absent: true }];
  const known = knownFrom === null ? (first?.at ?? Number.POSITIVE_INFINITY) : Math.max(knownFrom, createdAt);
  if (known > createdAt) found.push({ ...UNKNOWN, from: createdAt });
  if (Number.isFinite(known) && (!first || first.at > known)) {
    const before = first?.afterHole ? null : (first?.from ?? state);
    found.push({ ...UNKNOWN, from: known, state: before, begun: known === createdAt });
  }
  let before = first?.from ?? state;
  let since = known;
  for (const move of moves) {
    // The previous state does not match: an event between is missing.
    const missing = move.afterHole || move.from !== before;
    if (missing && since < move.at) hide(found, since);
    found.push({ from: move.at, state: move.to, absent: false, reason: move.reason, by: move.by, begun: true });
    [before, since] = [move.to, move.at];
  }
  return found;
}

/** Makes the band from `from` unknown: how long its state lasted is not known. */
function hide(found: Stretch[], from: number): void {
  const last = found.at(-1);
  if (last && last.from === from && last.state !== null) found[found.length - 1] = { ...UNKNOWN, from };
}

function movesOf(rows: readonly FeedRow[]): Move[] {
  const moves: Move[] = [];
  let afterHole = false;
  for (const row of rows) {
    if (row.kind === "hole") {
      afterHole = true;
      continue;
    }
    const move = moveOf(row.event);
    if (!move) continue;
    moves.push({ ...move, afterHole });
    afterHole = false;
  }
  return moves;
}

function moveOf(event: LogEvent): Omit<Move, "afterHole"> | null {
  if (!isAbout(event, "breaker")) return null;
  const { payload, at, actor } = event;
  const [from, to] = [stateOf(payload.from), stateOf(payload.to)];
  if (from === null || to === null) return null;
  const ordered = payload.cause === "override" || payload.cause === "reset";
  // The transition's own time: a due transition counts from then, though a later commit recorded
  // it.
  const moved = typeof payload.at === "string" ? Date.parse(payload.at) : Number.NaN;
  return {
    at: Number.isFinite(moved) ? moved : Date.parse(at),
    from,
    to,
    reason: typeof payload.reason === "string" && payload.reason !== "" ? payload.reason : null,
    by: ordered ? actor : null,
  };
}

const stateOf = (value: unknown): BreakerStateName | null => BREAKER_STATES.find((state) => state === value) ?? null;

/** Share of the known time in each state, 0–1, the longest first; empty when all is unknown. */
export function sharesOf(bands: readonly Band[]): { state: BreakerStateName; share: number }[] {
  const spent = new Map<BreakerStateName, number>();
  for (const { state, from, to } of bands) if (state !== null) spent.set(state, (spent.get(state) ?? 0) + to - from);
  const all = [...spent.values()].reduce((sum, ms) => sum + ms, 0);
  return [...spent].map(([state, ms]) => ({ state, share: ms / all })).sort((a, b) => b.share - a.share);
}
