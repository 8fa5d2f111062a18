import type { JobCounts } from "../../domain/execution/contract.ts";
import { totalJobs } from "../../domain/execution/contract.ts";
import { compareText } from "../../domain/kernel/compare.ts";
import type { Json } from "../../domain/kernel/primitives.ts";
import { WORKSTREAM_STATUSES, type WorkstreamStatus } from "../../domain/kernel/statuses.ts";
import { shortened } from "../../domain/kernel/text.ts";
import type { Wire } from "../../domain/kernel/wire.ts";

/** A workstream; `pending` while the server has not confirmed a move of it. */
export type Card = Wire<"workstream"> & { readonly pending?: boolean };
export type Columns = { [status in WorkstreamStatus]: Card[] };

/**
 * What the board shows: `run` is a run's id, `text` is looked for in title, ids and metadata; "" is
 * no filter.
 */
export interface BoardFilter {
  run: string;
  text: string;
}

/** One horizontal band of the board; without swimlanes there is one, with id `*`. */
export interface Lane {
  id: string;
  columns: Columns;
  count: number;
}

export const WHOLE_BOARD = "*";

/** Whether the filter lets a card through. Every word of the text must occur. */
export function matches(card: Card, filter: BoardFilter): boolean {
  if (filter.run !== "" && card.runId !== filter.run) return false;
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return true;
  const haystack = `${card.title} ${card.id} ${card.runId} ${JSON.stringify(card.metadata)}`.toLowerCase();
  return words.every((word) => haystack.includes(word));
}

/** Cards by column; the one that came into its column last is on top. */
export function columnsOf(cards: readonly Card[]): Columns {
  const columns: Columns = {
    ...{ pending: [], ready: [], running: [], blocked: [] },
    ...{ review: [], done: [], failed: [], cancelled: [] },
  };
  for (const card of cards) columns[card.status].push(card);
  for (const status of WORKSTREAM_STATUSES) columns[status].sort(byEntry);
  return columns;
}

/**
 * Bands by run, the run whose newest workstream was created last first: a card that moves does not
 * make its band jump.
 */
export function lanesOf(cards: readonly Card[], swimlanes: boolean): Lane[] {
  if (!swimlanes) return [{ id: WHOLE_BOARD, columns: columnsOf(cards), count: cards.length }];
  const byRun = new Map<string, Card[]>();
  for (const card of cards) byRun.set(card.runId, [...(byRun.get(card.runId) ?? []), card]);
  const newest = (of: readonly Card[]) => of.reduce((at, card) => (card.createdAt > at ? card.createdAt : at), "");
  return [...byRun]
    .map(([id, of]) => ({ id, columns: columnsOf(of), count: of.length, at: newest(of) }))
    .sort((a, b) => compareText(b.at, a.at) || compareText(a.id, b.id))
    .map(({ at: _, ...lane }) => lane);
}

function byEntry(a: Card, b: Card): number {
  return compareText(b.enteredAt, a.enteredAt) || compareText(a.id, b.id);
}

/** How far a card's jobs are, as shares (0–1) of all of them; null when it has none. */
export interface Progress {
  total: number;
  completed: number;
  /** Failed, timed out or cancelled. */
  failed: number;
  running: number;
  label: string;
}

export function progressOf(counts: Readonly<JobCounts>): Progress | null {
  const total = totalJobs(counts);
  if (total === 0) return null;
  const { completed, running } = counts;
  const failed = counts.failed + counts.timed_out + counts.cancelled;
  const parts = [`${completed} of ${total} ${total === 1 ? "job" : "jobs"} completed`];
  if (running > 0) parts.push(`${running} running`);
  if (counts.queued + counts.waiting > 0) parts.push(`${counts.queued + counts.waiting} waiting`);
  if (counts.failed + counts.timed_out > 0) parts.push(`${counts.failed + counts.timed_out} failed`);
  if (counts.cancelled > 0) parts.push(`${counts.cancelled} cancelled`);
  return { total, completed, failed, running, label: parts.join(", ") };
}

export interface Chip {
  key: string;
  value: string;
}

const LONGEST_CHIP = 32;

/**
 * Metadata as chips, the first `most`; `rest` names how many keys are left out. Nested values show
 * what they are, not all they hold.
 */
export function chipsOf(metadata: Readonly<{ [key: string]: Json }>, most = 3): { chips: Chip[]; rest: number } {
  const entries = Object.entries(metadata).filter(([, value]) => value !== null && value !== "");
  const chips = entries.slice(0, most).map(([key, value]) => ({ key, value: shortOf(value) }));
  return { chips, rest: entries.length - chips.length };
}

function shortOf(value: Json): string {
  if (Array.isArray(value))
    return value.every((one) => typeof one !== "object") ? cut(value.join(", ")) : `[${value.length}]`;
  if (typeof value === "object" && value !== null) return "{…}";
  return cut(String(value));
}

function cut(value: string): string {
  return shortened(value, LONGEST_CHIP);
}
