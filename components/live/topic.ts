import { type Range, sinceOf, stepOf } from "../../client/core/cursor.ts";
import type { LogEvent } from "../../domain/kernel/event.ts";
import type { LogFrame } from "../../domain/kernel/live.ts";

export interface Reader {
  /** Last position it has; null to start at the head. The engine moves it on. */
  position: number | null;
  onEvents(events: LogEvent[], position: number): void;
  /** Positions that cannot be replayed: load them over HTTP or show that they are missing. */
  onHole(missing: Range): void;
}

/** What the engine knows of a topic that is in use. */
export interface Topic {
  name: string;
  users: number;
  readers: Set<Reader>;
  phase: "idle" | "subscribing" | "live";
  attempt: number;
  failures: number;
  /** Where the last gap was met: a second one there cannot be replayed. */
  gapAt: number | null;
  refused: boolean;
  timer: ReturnType<typeof setTimeout> | null;
  asked: boolean;
  /** Whether the server has this topic down for this connection. */
  held: boolean;
  /** Epoch ms of the last failure: after a quiet while the next one is a first one again. */
  failedAt: number;
  /** The head when it was subscribed: until the readers are there, it is catching up. */
  target: number;
  /** Where the readers were at the last beat. */
  atBeat: number;
}

/** The position it must be asked from. */
export const positionOf = (topic: Topic): number | undefined =>
  sinceOf(Array.from(topic.readers, (reader) => reader.position));

/** Whether it waits for its answer, or for what lies before the head. */
export function isBehind(topic: Topic): boolean {
  if (topic.refused) return false;
  if (topic.phase !== "live") return true;
  // Only of the whole log is every position told; a run's frames come when the run moves.
  return topic.name === "log" && (positionOf(topic) ?? topic.target) < topic.target;
}

/** Hands positions of the whole log, read by HTTP, to the readers of a topic that is of the log or of a run. */
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
