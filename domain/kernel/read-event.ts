import type { EventType, Payloads } from "../events.ts";
import type { LogEvent } from "./event.ts";

/**
 * How events are read: by their type, which says what their payload holds. A log may also hold
 * types of other versions and of the orchestrator's own (`x.…`), and an event that was made by an
 * earlier version, or was cut as it is large, may lack fields.
 */

type Base = Omit<LogEvent, "type" | "payload">;
type Read = Pick<LogEvent, "type" | "payload">;
type Typed<T extends EventType> = { [K in T]: { type: K; payload: Payloads[K] } }[T];

/** An event of one of these types. */
export type EventOf<T extends EventType> = Base & Typed<T>;

/** Whether an event is of one of these types; its payload is theirs then. */
export function isEvent<T extends EventType>(event: LogEvent, ...types: readonly T[]): event is EventOf<T>;
export function isEvent<T extends EventType>(event: Read, ...types: readonly T[]): event is Typed<T>;
export function isEvent(event: Pick<Read, "type">, ...types: readonly EventType[]): boolean;
export function isEvent(event: Pick<Read, "type">, ...types: readonly string[]): boolean {
  return types.includes(event.type);
}

/** In place of all types that are not in the catalogue; no event has this one. */
interface UnknownType {
  type: "?";
  payload: LogEvent["payload"];
}

/**
 * An event for a `switch` over its type: each case knows its payload, what the catalogue does not
 * have goes to `default`.
 */
export function readEvent(event: LogEvent): EventOf<EventType> | (Base & UnknownType);
export function readEvent(event: Read): Typed<EventType> | UnknownType;
export function readEvent(event: Read): Read {
  return event;
}

/** Names that fields of payloads have. */
export type FieldName = Payloads[EventType] extends infer P ? (P extends unknown ? keyof P : never) : never;

/** What event types end with: `started`, `timed_out` … */
export type Verb = EventType extends infer T ? (T extends `${string}.${infer V}` ? V : never) : never;

/** What event types begin with: `run`, `job` … */
export type Noun = EventType extends infer T ? (T extends `${infer N}.${string}` ? N : never) : never;
type TypeOf<N extends Noun> = Extract<EventType, `${N}.${string}`>;
type FieldOf<P, K extends PropertyKey> = P extends { [name in K]?: infer V } ? V : never;
type AnyOf<P> = { [K in P extends unknown ? keyof P : never]?: FieldOf<P, K> };

/**
 * An event of a noun, of any type and version: any of the fields that events of the noun have may
 * be there.
 */
export type EventAbout<N extends Noun> = Base & { type: string; payload: AnyOf<Payloads[TypeOf<N>]> };

/** Whether an event's type begins with this noun. */
export function isAbout<N extends Noun>(event: LogEvent, noun: N): event is EventAbout<N>;
export function isAbout(event: Pick<Read, "type">, noun: Noun): boolean;
export function isAbout(event: Pick<Read, "type">, noun: Noun): boolean {
  return event.type.startsWith(`${noun}.`);
}
