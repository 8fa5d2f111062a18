import { z } from "zod";
import type { EventType, OwnType, Payloads } from "../events.ts";
import { id, jsonObject, label } from "./primitives.ts";
import { must, type Tx } from "./tx.ts";

/** One fact that happened, as the log keeps it and as it is sent. `seq` is gapless per tenant. */
export interface LogEvent {
  seq: number;
  /** Version of the event's shape; a node refuses versions it does not know. */
  v: number;
  type: string;
  at: string;
  actor: string;
  subject: { kind: string; id: string };
  runId?: string;
  /** W3C trace id of the request that caused it, or of the task that it is about. */
  traceId?: string;
  payload: { [key: string]: unknown };
}

/**
 * A payload made of the facts that all events of a noun say, and of what is particular to this
 * type. Changes and answers `facts`.
 */
export function payloadOf<T extends EventType, F extends object>(
  facts: F,
  more: Omit<Payloads[T], keyof F>,
): Payloads[T] {
  // Spreading both into a literal takes V8's slow kind of object. That facts and rest are a payload
  // the compiler does not see: tests parse it.
  return Object.assign(facts, more) as unknown as Payloads[T];
}

/** The version of events that this code writes. */
export const EVENT_VERSION = 1;

/** Picks types of events: a type, the beginning of some and `*`, or `*` for all. */
export const EVENT_PATTERN = /^[A-Za-z0-9_.:-]{1,200}\*?$|^\*$/;

/** Types of events that orchestrators make up themselves. */
const ownType = z
  .string()
  .regex(
    /^x\.[a-zA-Z0-9_.:-]{1,120}$/,
    "must be `x.` and 1–120 of A-Z a-z 0-9 _ . : -",
  ) as unknown as z.ZodType<OwnType>;

/**
 * A fact of the orchestrator's own. A mutation's `type` is taken by its own name, so the event's
 * stands in `eventType` (docs/decisions/0003).
 */
export const eventAppend = z.strictObject({
  type: z.literal("event.append"),
  eventType: ownType,
  subject: z.strictObject({ kind: label, id }).optional(),
  runId: id.optional(),
  payload: jsonObject.optional(),
});

/** Events are not rows: what this yields is the event itself, known by its place in the receipt. */
export function appendEvent(tx: Tx, m: z.infer<typeof eventAppend>): { type: string } {
  if (m.runId) must(tx, "run", m.runId);
  const subject = m.subject ?? (m.runId ? { kind: "run", id: m.runId } : { kind: "tenant", id: "log" });
  tx.emit({ type: m.eventType, subject, runId: m.runId ?? null, payload: m.payload ?? {} });
  return { type: m.eventType };
}
