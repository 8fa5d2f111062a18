import type { LogEvent } from "../../../domain/kernel/event.ts";
import { jsonBytes } from "../../../domain/kernel/json-bytes.ts";
import { asManyAsFit } from "../../database/result-size.ts";
import { type EventQuery, readLogPage } from "../../store/reads/commit/events.ts";
import type { Scope } from "../../store/reads/kernel/scope.ts";
import type { Committed, Store } from "../../store/types.ts";
import { countWithin } from "./event-stream.ts";

/**
 * Events kept for a reader that is behind, and their bytes; beyond that they are read from the log
 * again.
 */
const MAX_PENDING = 5_000;
const MAX_PENDING_BYTES = 4_194_304;
/**
 * Pages begin small, and get larger while their events are. Of a page so many bytes are kept, or
 * one event.
 */
const FIRST_PAGE = 16;
const LARGEST_PAGE = 1_000;
const PAGE_BYTES = 1_048_576;

/**
 * The log as batches of events, from `query.after` on, without gap or repeat, until `over` aborts.
 *
 * *Reading*: pages of the log up to the position where the store's announcements begin.
 * *Following*: the announced ranges. A range that does not follow on the last position, or a reader
 * so slow that too much was announced meanwhile, leads back to reading: nothing is held for it
 * beyond a bound.
 *
 * When the log is replaced (a restored backup), the stream ends. When retention has removed what
 * comes next, the stream ends: a reader that goes on from there gets 410 with the floor.
 */
export async function* followLog(
  store: Store,
  scope: Scope,
  query: EventQuery,
  over: AbortSignal,
): AsyncGenerator<readonly LogEvent[]> {
  const inbox = new Inbox(scope.tenantId);
  const stop = store.onCommitted((committed) => inbox.put(committed));
  const replaced = new AbortController();
  const stopReplaced = store.onReplaced((tenantId) => tenantId === scope.tenantId && replaced.abort());
  const signal = AbortSignal.any([over, replaced.signal]);
  const unwatch = store.watch(scope.tenantId);
  const matches = matcherOf(query);
  let at = query.after;
  let pageSize = FIRST_PAGE;
  try {
    while (!signal.aborted) {
      inbox.clear();
      const { head, floor } = await store.head(scope.tenantId);
      if (at < floor) return;
      while (at < head && !signal.aborted) {
        const after = at;
        const page = await asManyAsFit(pageSize, (limit) =>
          readLogPage(scope, { ...query, after, before: head + 1, limit }),
        );
        // Its beginning may have left while it was read.
        if (at < (await store.head(scope.tenantId)).floor) return;
        const kept = page.items.slice(0, Math.max(1, countWithin(page.items, 0, PAGE_BYTES)));
        const isWhole = kept.length === page.items.length;
        pageSize = isWhole ? Math.min(LARGEST_PAGE, pageSize * 2) : kept.length;
        at = isWhole ? (page.next ?? head) : (kept.at(-1)?.seq ?? at);
        if (kept.length > 0) yield kept;
      }
      for await (const range of inbox.ranges(signal)) {
        if (range.to <= at) continue;
        if (range.from > at + 1) break;
        const events = range.events.filter((event) => event.seq > at && matches(event));
        at = range.to;
        if (events.length > 0) yield events;
      }
    }
  } finally {
    stop();
    stopReplaced();
    unwatch();
  }
}

/** What was announced and not taken yet. */
class Inbox {
  readonly #tenantId: string;
  #ranges: Committed[] = [];
  #events = 0;
  #bytes = 0;
  #overflown = false;
  #wake: (() => void) | undefined;

  constructor(tenantId: string) {
    this.#tenantId = tenantId;
  }

  put(range: Committed): void {
    if (range.tenantId !== this.#tenantId || this.#overflown) return;
    this.#ranges.push(range);
    this.#events += range.events.length;
    this.#bytes += bytesOf(range);
    if (this.#events > MAX_PENDING || this.#bytes > MAX_PENDING_BYTES) {
      this.clear();
      this.#overflown = true;
    }
    this.#wake?.();
  }

  clear(): void {
    this.#ranges = [];
    this.#events = 0;
    this.#bytes = 0;
    this.#overflown = false;
  }

  /** The ranges as they come; ends when too much has come to keep, or when `signal` aborts. */
  async *ranges(signal: AbortSignal): AsyncGenerator<Committed> {
    while (!signal.aborted && !this.#overflown) {
      const range = this.#ranges.shift();
      if (range) {
        this.#events -= range.events.length;
        this.#bytes -= bytesOf(range);
        yield range;
      } else await this.#next(signal);
    }
  }

  #next(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        signal.removeEventListener("abort", done);
        this.#wake = undefined;
        resolve();
      };
      this.#wake = done;
      signal.addEventListener("abort", done);
      if (signal.aborted) done();
    });
  }
}

const bytesOf = ({ events }: Committed): number => events.reduce((sum, { payload }) => sum + jsonBytes(payload), 0);

/** The same filters as the page's, on events in hand. */
function matcherOf({ types, subject, runId }: EventQuery): (event: LogEvent) => boolean {
  const fits = (type: string) =>
    types?.some((p) => (p.endsWith("*") ? type.startsWith(p.slice(0, -1)) : p === type)) ?? true;
  return (event) =>
    fits(event.type) &&
    (runId === undefined || event.runId === runId) &&
    (subject === undefined || (event.subject.kind === subject.kind && event.subject.id === subject.id));
}
