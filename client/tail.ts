import type { LogEvent } from "../domain/event.ts";
import type { Transport } from "./transport.ts";
import type { Client, TailOptions } from "./types.ts";

/** See `Client.tail`. */
export async function* tail(
  client: Pick<Client, "listEvents">,
  transport: Transport,
  { types, signal, onOpen }: TailOptions,
): AsyncGenerator<LogEvent, void, void> {
  const control = signal ? { signal } : {};
  const newest = await client.listEvents({ order: "desc", limit: 1 }, { ...control, retry: { totalMs: 0 } });
  const query = { type: types, after: newest.items[0]?.seq, follow: true };
  for await (const line of transport.lines("/events", { query, ...control, ...(onOpen && { onOpen }) }))
    yield JSON.parse(line) as LogEvent;
}
