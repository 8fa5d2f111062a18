import type { Range } from "../../client/core/cursor.ts";
import type { LogEvent } from "../../domain/kernel/event.ts";
import { leanOlder } from "../../domain/kernel/lean.ts";

/**
 * The rows of the Events page: events in order of position, and holes, ranges of the log that are
 * not loaded.
 *
 * While it follows, new events are shown at once. Paused, they are held until `resume`; a pause
 * loses nothing: events beyond the bound become a hole, loaded like any other. Events dropped at
 * the old end are loaded again by paging back.
 */
export interface Feed {
  /** Oldest first, no repeats. */
  readonly events: readonly LogEvent[];
  readonly holes: readonly Range[];
  readonly paused: boolean;
  /** Arrived during the pause, oldest first. */
  readonly held: readonly LogEvent[];
  readonly heldHoles: readonly Range[];
  /** Whether the log may have more before the first event. */
  readonly hasOlder: boolean;
}

export type FeedRow = { kind: "event"; seq: number; event: LogEvent } | { kind: "hole"; seq: number; hole: Range };

export interface EventFilter {
  /** Types, each exact or a prefix and `*`. */
  types: readonly string[];
  /** `kind:id`. */
  subject: string | null;
  runId: string | null;
}

/** Shown and held events are bounded by this many each. */
export const FEED_BOUND = 20_000;

/** @param newestFirst as in the response of `GET /events?order=desc`. */
export function newFeed(newestFirst: readonly LogEvent[], hasOlder: boolean): Feed {
  return { events: newestFirst.toReversed(), holes: [], paused: false, held: [], heldHoles: [], hasOlder };
}

export function arrive(feed: Feed, events: readonly LogEvent[], bound = FEED_BOUND): Feed {
  if (events.length === 0) return feed;
  if (!feed.paused) {
    const all = append(feed.events, events);
    const kept = leanOlder(all.length > bound ? all.slice(-bound) : all);
    const first = kept[0]?.seq ?? 0;
    const holes = feed.holes.filter((hole) => hole.to >= first);
    return { ...feed, events: kept, holes, hasOlder: feed.hasOlder || kept.length < all.length };
  }
  const all = append(feed.held, events);
  const over = all.slice(0, Math.max(0, all.length - bound));
  const [first, last] = [over[0], over.at(-1)];
  if (!first || !last) return { ...feed, held: leanOlder(all) };
  return {
    ...feed,
    held: leanOlder(all.slice(-bound)),
    heldHoles: joined([...feed.heldHoles, { from: first.seq, to: last.seq }]),
  };
}

/** The server cannot replay these positions. */
export function miss(feed: Feed, hole: Range): Feed {
  if (feed.paused) return { ...feed, heldHoles: joined([...feed.heldHoles, hole]) };
  return { ...feed, holes: joined([...feed.holes, hole]) };
}

export const pause = (feed: Feed): Feed => ({ ...feed, paused: true });

export function resume(feed: Feed, bound = FEED_BOUND): Feed {
  const open = { ...feed, paused: false, held: [], heldHoles: [], holes: joined([...feed.holes, ...feed.heldHoles]) };
  return arrive(open, feed.held, bound);
}

/** Adds a page of older events, newest first. */
export function prepend(feed: Feed, newestFirst: readonly LogEvent[], hasOlder: boolean): Feed {
  const first = feed.events[0]?.seq ?? Number.POSITIVE_INFINITY;
  const older = newestFirst.filter((event) => event.seq < first).toReversed();
  return { ...feed, events: [...older, ...feed.events], hasOlder };
}

/**
 * Adds the loaded events of a hole, oldest first: all of them, or (`complete` false) up to its last
 * event.
 */
export function fill(feed: Feed, hole: Range, events: readonly LogEvent[], complete: boolean): Feed {
  const reached = complete ? hole.to : (events.at(-1)?.seq ?? hole.from - 1);
  const holes = feed.holes.flatMap((known) => {
    if (known.from !== hole.from || known.to !== hole.to) return [known];
    return reached < known.to ? [{ from: reached + 1, to: known.to }] : [];
  });
  const here = new Set(feed.events.map((event) => event.seq));
  const fresh = events.filter((event) => !here.has(event.seq));
  return { ...feed, holes, events: [...feed.events, ...fresh].sort((a, b) => a.seq - b.seq) };
}

/** How many events a pause holds back. */
export const heldCount = (feed: Feed): number =>
  feed.held.length + feed.heldHoles.reduce((sum, hole) => sum + hole.to - hole.from + 1, 0);

/** What to draw, oldest first: events, and each hole in its place. */
export function rowsOf(feed: Pick<Feed, "events" | "holes">): FeedRow[] {
  const rows: FeedRow[] = feed.events.map((event) => ({ kind: "event", seq: event.seq, event }));
  if (feed.holes.length === 0) return rows;
  const holes = feed.holes.map((hole): FeedRow => ({ kind: "hole", seq: hole.from, hole }));
  return [...rows, ...holes].sort((a, b) => a.seq - b.seq);
}

/** Whether an event matches, by the rules of `GET /events`. */
export function matches(filter: EventFilter, event: LogEvent): boolean {
  if (filter.runId !== null && event.runId !== filter.runId) return false;
  if (filter.subject !== null && `${event.subject.kind}:${event.subject.id}` !== filter.subject) return false;
  if (filter.types.length === 0) return true;
  return filter.types.some((type) =>
    type.endsWith("*") ? event.type.startsWith(type.slice(0, -1)) : event.type === type,
  );
}

/** The filter as the API's query has it. */
export const filterQuery = ({ types, subject, runId }: EventFilter) => ({
  ...(types.length > 0 && { type: types }),
  ...(subject !== null && { subject }),
  ...(runId !== null && { runId }),
});

function append(known: readonly LogEvent[], more: readonly LogEvent[]): readonly LogEvent[] {
  const last = known.at(-1)?.seq ?? 0;
  const fresh = more.filter((event) => event.seq > last);
  return fresh.length > 0 ? [...known, ...fresh] : known;
}

/** Ranges in order, adjacent ones merged. */
function joined(ranges: readonly Range[]): Range[] {
  const sorted = ranges.toSorted((a, b) => a.from - b.from);
  const out: Range[] = [];
  for (const range of sorted) {
    const last = out.at(-1);
    if (last && range.from <= last.to + 1) out[out.length - 1] = { from: last.from, to: Math.max(last.to, range.to) };
    else out.push(range);
  }
  return out;
}
