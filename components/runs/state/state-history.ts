import type { LogEvent } from "../../../domain/kernel/event.ts";
import type { Json } from "../../../domain/kernel/primitives.ts";
import type { Wire } from "../../../domain/kernel/wire.ts";

const NOUNS = ["context.", "token.", "scope.", "step.", "metadata."] as const;

/** Whether an event changes the execution state; the run's own moves change its status, which is not meant here. */
export const changesState = ({ type }: Pick<LogEvent, "type">): boolean =>
  type === "run.created" || type === "run.restored" || NOUNS.some((noun) => type.startsWith(noun));

/** What is compared of a run. */
export function stateOf(run: Wire<"run"> | null): { [part: string]: Json } {
  if (!run) return {};
  const { status, context, tokens, scopes, stepCount, metadata } = run;
  return { status, stepCount, context, tokens, scopes, metadata } as unknown as { [part: string]: Json };
}

const MOST_NAMES = 4;

/** What a change was about, in a few words: the keys of a patch, the id of a token. */
export function changeText({ type, payload }: Pick<LogEvent, "type" | "payload">): string {
  switch (type) {
    case "context.merged":
      return keysOf(payload.patch);
    case "context.set":
      return keysOf(payload.context);
    case "metadata.set":
      return keysOf(payload.metadata);
    case "run.created":
      return keysOf(payload.context);
    case "step.incremented":
      return `to ${payload.stepCount}`;
    case "run.restored":
      return `to what it was at ${(payload.from as { seq?: number } | undefined)?.seq ?? "an earlier position"}`;
    default:
      return [payload.tokenId, payload.scopeId].filter((id) => typeof id === "string").join(" ");
  }
}

function keysOf(map: unknown): string {
  const keys = typeof map === "object" && map !== null ? Object.keys(map) : [];
  const more = keys.length > MOST_NAMES ? ` and ${keys.length - MOST_NAMES} more` : "";
  return keys.slice(0, MOST_NAMES).join(", ") + more;
}
