import type { LogEvent } from "../../../domain/kernel/event.ts";
import type { Json } from "../../../domain/kernel/primitives.ts";
import { isAbout, isEvent, type Noun, readEvent } from "../../../domain/kernel/read-event.ts";
import type { Wire } from "../../../domain/kernel/wire.ts";

const NOUNS: readonly Noun[] = ["context", "token", "scope", "step", "metadata"];

/** Whether an event changes the execution state, of which the run's status is no part. */
export const changesState = (event: Pick<LogEvent, "type">): boolean =>
  isEvent(event, "run.created", "run.restored") || NOUNS.some((noun) => isAbout(event, noun));

/** The parts of a run that are compared. */
export function stateOf(run: Wire<"run"> | null): { [part: string]: Json } {
  if (!run) return {};
  const { status, context, tokens, scopes, stepCount, metadata } = run;
  return { status, stepCount, context, tokens, scopes, metadata } as unknown as { [part: string]: Json };
}

const MOST_NAMES = 4;

/** A change in a few words: the keys of a patch, the id of a token. */
export function changeText(logEvent: Pick<LogEvent, "type" | "payload">): string {
  const event = readEvent(logEvent);
  switch (event.type) {
    case "context.merged":
      return keysOf(event.payload.patch);
    case "context.set":
      return keysOf(event.payload.context);
    case "metadata.set":
      return keysOf(event.payload.metadata);
    case "run.created":
      return keysOf(event.payload.context);
    case "step.incremented":
      return `to ${event.payload.stepCount}`;
    case "run.restored":
      return `to what it was at ${event.payload.from?.seq ?? "an earlier position"}`;
    default:
      return [logEvent.payload.tokenId, logEvent.payload.scopeId].filter((id) => typeof id === "string").join(" ");
  }
}

function keysOf(map: unknown): string {
  const keys = typeof map === "object" && map !== null ? Object.keys(map) : [];
  const more = keys.length > MOST_NAMES ? ` and ${keys.length - MOST_NAMES} more` : "";
  return keys.slice(0, MOST_NAMES).join(", ") + more;
}
