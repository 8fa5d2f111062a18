import { type Range, sinceOf, stepOf } from "../../client/core/cursor.ts";
import type { LogEvent } from "../../domain/kernel/event.ts";
import type { LogFrame } from "../../domain/kernel/live.ts";

export interface Reader {
  /** Its last position; null: start at the head. The engine advances it. */
  position: number | null;
  onEvents(events: LogEvent[], position: number): void;
  /** Positions that cannot be replayed: load them over HTTP or show that they are missing. */
  onHole(missing: Range): void;
}

/** The engine's state of a topic in use. */
export interface Topic {
  name: string;
  users: number;
  readers: Set<Reader>;
  phase: "idle" | "subscribing" | "live";
  attempt: number;
  failures: number;
  /** Position of the last gap: a second one there cannot be replayed. */
  gapAt: number | null;
  refused: boolean;
  timer: ReturnType<typeof setTimeout> | null;
  asked: boolean;
  /** Whether the server has this subscription for this connection. */
  held: boolean;
  /** Epoch ms of the last failure: after some time without one, the next counts as the first. */
  failedAt: number;
  /** The head at the subscription: it is catching up until the readers reach it. */
  target: number;
  /** Position of the readers at the last beat. */
  atBeat: number;
}

/** The position to subscribe from. */
export const positionOf = (topic: Topic): number | undefined =>
  sinceOf(Array.from(topic.readers, (reader) => reader.position));

/** Whether it waits for its response, or for events before the head. */
export function isBehind(topic: Topic): boolean {
  if (topic.refused) return false;
  if (topic.phase !== "live") return true;
  // Only the whole log has every position; a run's frames have only those of the run.
  return topic.name === "log" && (positionOf(topic) ?? topic.target) < topic.target;
}

/** Delivers events of the whole log, read by HTTP, to the readers of a log or run topic. */
export function readOf({ name, readers }: Topic, frame: Omit<LogFrame, "topic">): void {
  const runId = name.startsWith("run:") ? name.slice("run:".length) : null;
  const events = runId === null ? frame.events : frame.events.filter((event) => event.runId === runId);
  for (const reader of readers) {
    const from = (reader.position ?? frame.from - 1) + 1;
    if (from < frame.from) {
      reader.position = frame.from - 1;
      reader.onHole({ from, to: frame.from - 1 });
    }
    const step = stepOf(reader.position, { ...frame, events });
    if (step.kind !== "apply") continue;
    reader.position = step.position;
    if (step.events.length > 0) reader.onEvents(step.events, step.position);
  }
}
