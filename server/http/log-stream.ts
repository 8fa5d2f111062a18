import type { LogEvent } from "../../domain/event.ts";
import { type EventQuery, readLogPage } from "../store/reads/events.ts";
import type { Scope } from "../store/reads/scope.ts";
import type { Committed, Store } from "../store/types.ts";

/** Events kept for a reader that is behind; beyond that they are read from the log again. */
const MAX_PENDING = 5_000;
const READ_AT_ONCE = 1_000;

/**
 * The log as batches of events, from `query.after` on, without gap or repeat, until `over` aborts.
 *
 * *Reading*: pages of the log up to the position where the store's announcements begin. *Following*: the announced ranges. A range
 * that does not follow on the last position, or a reader so slow that too much was announced meanwhile, leads back to reading: nothing is
 * held for it beyond a bound.
 *
 * When the log is replaced (a restored backup), the stream ends. When retention has removed what comes next, the stream ends: whoever asks to go on from there is told 410 with the floor.
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
  try {
    while (!signal.aborted) {
      inbox.clear();
      const { head, floor } = await store.head(scope.tenantId);
      if (at < floor) return;
      while (at < head && !signal.aborted) {
        const page = await readLogPage(scope, { ...query, after: at, before: head + 1, limit: READ_AT_ONCE });
        // Its beginning may have left while it was read.
        if (at < (await store.head(scope.tenantId)).floor) return;
        at = page.next ?? head;
        if (page.items.length > 0) yield page.items;
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
  #overflown = false;
  #wake: (() => void) | undefined;

  constructor(tenantId: string) {
    this.#tenantId = tenantId;
  }

  put(range: Committed): void {
    if (range.tenantId !== this.#tenantId || this.#overflown) return;
    this.#ranges.push(range);
    this.#events += range.events.length;
    if (this.#events > MAX_PENDING) {
      this.clear();
      this.#overflown = true;
    }
    this.#wake?.();
  }

  clear(): void {
    this.#ranges = [];
    this.#events = 0;
    this.#overflown = false;
  }

  /** The ranges as they come; ends when too much has come to keep, or when `signal` aborts. */
  async *ranges(signal: AbortSignal): AsyncGenerator<Committed> {
    while (!signal.aborted && !this.#overflown) {
      const range = this.#ranges.shift();
      if (range) {
        this.#events -= range.events.length;
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

/** The same filters as the page's, on events in hand. */
function matcherOf({ types, subject, runId }: EventQuery): (event: LogEvent) => boolean {
  const fits = (type: string) =>
    types?.some((p) => (p.endsWith("*") ? type.startsWith(p.slice(0, -1)) : p === type)) ?? true;
  return (event) =>
    fits(event.type) &&
    (runId === undefined || event.runId === runId) &&
    (subject === undefined || (event.subject.kind === subject.kind && event.subject.id === subject.id));
}
