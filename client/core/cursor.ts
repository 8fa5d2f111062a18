import type { LogEvent } from "../../domain/kernel/event.ts";
import type { LogFrame } from "../../domain/kernel/live.ts";

/** Positions of the log, both included. */
export interface Range {
  from: number;
  to: number;
}

export type Step =
  | { kind: "apply"; events: LogEvent[]; position: number }
  | { kind: "known" }
  | { kind: "gap"; missing: Range };

/**
 * How a frame stands to a reader that has everything up to `position` (null: it has nothing and
 * starts with this frame). Ranges are compared, not events: a frame of `run:{id}` covers positions
 * of other runs too.
 */
export function stepOf(position: number | null, frame: Pick<LogFrame, "from" | "to" | "events">): Step {
  if (position === null) return { kind: "apply", events: frame.events, position: frame.to };
  if (frame.to <= position) return { kind: "known" };
  if (frame.from > position + 1) return { kind: "gap", missing: { from: position + 1, to: frame.from - 1 } };
  const events = frame.from === position + 1 ? frame.events : frame.events.filter((event) => event.seq > position);
  return { kind: "apply", events, position: frame.to };
}

/**
 * The position a topic must be asked from so that no reader misses anything; undefined when none
 * has one.
 */
export function sinceOf(positions: Iterable<number | null>): number | undefined {
  let lowest: number | undefined;
  for (const position of positions) {
    if (position !== null && (lowest === undefined || position < lowest)) lowest = position;
  }
  return lowest;
}
