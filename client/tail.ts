import type { LogEvent } from "../domain/kernel/event.ts";
import type { Http, Query } from "./core/http.ts";
import { pagesOf } from "./core/pages.ts";
import { SwitchyardError } from "./core/problem.ts";
import { backoffMs, DEFAULT_RETRY, REAL_TIMING, type Timing } from "./core/retry.ts";
import type { Client, TailOptions } from "./types.ts";

/** A stream that lived so long has not failed: the next one is asked for at once. */
const CALM_MS = 5_000;

/**
 * See `Client.tail`. A position is all it remembers: after any break, what has been added since is
 * read by pages and the stream is asked for again from there, so nothing is missed and nothing
 * comes twice, also where a proxy lets no stream through.
 */
export async function* tail(
  client: Pick<Client, "listEvents">,
  http: Http,
  { types, signal, onOpen, onLost }: TailOptions,
  timing: Timing = REAL_TIMING,
): AsyncGenerator<LogEvent, void, void> {
  const control = signal ? { signal } : {};
  let after: number | undefined;
  let failures = 0;
  let failuresSinceOpen = 0;
  for (;;) {
    let openedAt: number | undefined;
    try {
      const head = await newest(client, control);
      if (after !== undefined && head > after) yield* pages(client, { type: types, after, before: head + 1 }, control);
      after = Math.max(after ?? 0, head);
      const query = { type: types, after, follow: true };
      const opened = () => {
        openedAt = timing.now();
        failuresSinceOpen = 0;
        onOpen?.();
      };
      for await (const line of http.lines("/events", { query, ...control, onOpen: opened })) {
        const event = parse(line);
        after = event.seq;
        yield event;
      }
    } catch (error) {
      if (!(error instanceof SwitchyardError)) throw error;
      // Retention has overtaken it: what was missed is no longer there, and hints begin with now.
      if (error.code === "position_gone") after = undefined;
      else if (!error.retryable) throw error;
      failures = openedAt !== undefined && timing.now() - openedAt >= CALM_MS ? 1 : failures + 1;
      failuresSinceOpen += 1;
      if (failuresSinceOpen === 2) onLost?.(error);
      await timing.sleep(backoffMs(DEFAULT_RETRY, failures, timing.random, error.retryAfterMs), signal);
    }
  }
}

type Control = { signal?: AbortSignal };
const ONCE = { retry: { totalMs: 0 } };

async function newest(client: Pick<Client, "listEvents">, control: Control): Promise<number> {
  const { items } = await client.listEvents({ order: "desc", limit: 1 }, { ...control, ...ONCE });
  return items[0]?.seq ?? 0;
}

async function* pages(client: Pick<Client, "listEvents">, query: Query, control: Control) {
  const read = (cursor: string | undefined) => client.listEvents({ ...query, cursor }, { ...control, ...ONCE });
  for await (const { items } of pagesOf(read)) yield* items;
}

/** Something on the way may answer with a page of its own. */
function parse(line: string): LogEvent {
  try {
    return JSON.parse(line) as LogEvent;
  } catch (cause) {
    throw new SwitchyardError(0, "network", "GET /events: the answer is no stream of events", { cause });
  }
}
