import type { LogEvent } from "../../domain/kernel/event.ts";
import { readEvent } from "../../domain/kernel/read-event.ts";
import { isFinalRun, type RunStatus } from "../../domain/kernel/statuses.ts";

/** What the demo must have seen in the log, in the order of the story. */
export const CHAPTERS = {
  checksStarted: "the checks run as jobs",
  opened: "the breaker of the flaky agent opens",
  alerted: "an alert says so",
  halfOpened: "it lets trials through",
  closed: "it closes again",
  checksEnded: "the run of the checks has ended",
  outage: "the second agent's breaker opens",
  alertLeft: "its alert waits to be acknowledged",
  outageEnded: "the run of the outage has ended",
} as const;

export type Chapter = keyof typeof CHAPTERS;

export interface Cast {
  checksRun: string;
  outageRun: string;
  flakyAgent: string;
  watchAgent: string;
}

/** Reads the log as a story. */
export class Story {
  readonly #cast: Cast;
  readonly seen = new Map<Chapter, string>();
  readonly ends = new Map<string, RunStatus>();

  constructor(cast: Cast) {
    this.#cast = cast;
  }

  get missing(): Chapter[] {
    return (Object.keys(CHAPTERS) as Chapter[]).filter((chapter) => !this.seen.has(chapter));
  }

  /** Takes one event; answers the chapter that it opens, if any. */
  read(event: LogEvent): Chapter | undefined {
    const chapter = this.#chapterOf(event);
    if (chapter === undefined || this.seen.has(chapter)) return undefined;
    this.seen.set(chapter, event.at);
    return chapter;
  }

  #chapterOf(told: LogEvent): Chapter | undefined {
    const { checksRun, outageRun, flakyAgent, watchAgent } = this.#cast;
    const event = readEvent(told);
    const { type, subject, runId } = event;
    if (event.type === "run.transitioned" && isFinalRun(event.payload.to)) {
      this.ends.set(subject.id, event.payload.to);
      if (subject.id === checksRun) return "checksEnded";
      return subject.id === outageRun ? "outageEnded" : undefined;
    }
    if (type === "job.started" && runId === checksRun) return "checksStarted";
    if (event.type === "alert.fired" || event.type === "alert.reopened") {
      const about = event.payload.subject.id;
      if (about === flakyAgent) return "alerted";
      return about === watchAgent ? "alertLeft" : undefined;
    }
    if (subject.id === watchAgent) return type === "breaker.opened" ? "outage" : undefined;
    if (subject.id !== flakyAgent) return undefined;
    if (type === "breaker.opened") return "opened";
    if (type === "breaker.half_opened" && this.seen.has("opened")) return "halfOpened";
    return type === "breaker.closed" && this.seen.has("halfOpened") ? "closed" : undefined;
  }
}
