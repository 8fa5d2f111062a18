import { eventEndpoints } from "../../domain/commit/endpoints.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
import type { LogFrame } from "../../domain/kernel/live.ts";
import { api } from "./api.ts";
import type { LiveEngine } from "./engine.ts";
import { RELOAD_MS } from "./freshness.ts";

const PAGE = 500;

/**
 * For a page whose server responds while no live connection works: polls the log, and reloads the
 * data of the page when there are new events.
 *
 * @param refresh renders and fetches the page again.
 * @returns a function that stops it.
 */
export function keepReloading(engine: LiveEngine, refresh: () => void): () => void {
  let stopped = false;
  let asking = false;
  const ask = async () => {
    if (asking) return;
    asking = true;
    try {
      const frame = await newsSince(engine.freshness().head);
      if (stopped) return;
      engine.reloaded(frame);
      if (frame !== null) refresh();
    } catch {
      // The page shows since when it is stale.
    } finally {
      asking = false;
    }
  };
  const timer = setInterval(() => void ask(), RELOAD_MS);
  void ask();
  return () => {
    stopped = true;
    clearInterval(timer);
  };
}

/** The events after `head` (0: not known), the newest ones if there are many; null if none. */
async function newsSince(head: number): Promise<Omit<LogFrame, "topic"> | null> {
  const asked = { order: "desc", limit: PAGE, ...(head > 0 && { after: head }) } as const;
  const { items } = await api.get(pathTo(eventEndpoints.list, asked));
  const events = items.toReversed();
  const [first, last] = [events[0], events.at(-1)];
  if (!first || !last) return null;
  return { from: head > 0 && events.length < PAGE ? head + 1 : first.seq, to: last.seq, events };
}
