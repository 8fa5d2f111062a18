import type { LogEvent } from "../../domain/kernel/event.ts";
import { RUN_KINDS, SNAPSHOT_ROWS, STATE_TOPICS } from "../../domain/kernel/live.ts";
import type { Wire } from "../../domain/kernel/wire.ts";
import type { Kind } from "../../domain/rows.ts";
import type { Emitter } from "./emitter.ts";
import { LogTopic } from "./log-topic.ts";
import type { LiveMetrics } from "./metrics.ts";
import { Recent, type RecentOptions } from "./recent.ts";
import type { Committed, Head, LogSource } from "./source.ts";
import { StateTopic } from "./state-topic.ts";

export interface FeedDeps {
  tenantId: string;
  source: LogSource;
  emitter: Emitter;
  metrics: Pick<LiveMetrics, "commitToEmit">;
  recent?: RecentOptions;
}

const TOPIC_OF_KIND = new Map<Kind, string>(
  Object.entries(STATE_TOPICS).flatMap(([topic, kinds]) => kinds.map((kind): [Kind, string] => [kind, topic])),
);
const OF_RUN = new Set<Kind>(RUN_KINDS);

/** What a topic consists of: a log, latest rows, or both. */
export interface Topic {
  readonly log: LogTopic | undefined;
  readonly state: StateTopic | undefined;
}

const hasLog = (topic: string) => topic === "log" || topic.startsWith("run:");
const hasState = (topic: string) => topic !== "log";

/** Fan-outs shorter than this follow each other without a pause, ms. */
const CHEAP_MS = 0.5;
const MAX_PAUSE_MS = 20;

/**
 * One tenant's log on this node: passes commits to the topics that have followers.
 *
 * Log frames are sent at once, but after a fan-out there is a pause as long as it took, so that at
 * a high rate of commits at most half of the time is spent sending. Commits in the pause are sent
 * as one range.
 */
export class Feed {
  readonly recent: Recent;
  readonly #deps: FeedDeps;
  readonly #topics = new Map<string, Topic & { holders: number }>();
  #stopWatching: (() => void) | undefined;
  #starting: Promise<void> | undefined;
  #started = false;
  #asking: Promise<Head> | undefined;
  #pending: LogEvent[] = [];
  #pendingSince = 0;
  #notBefore = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(deps: FeedDeps) {
    this.#deps = deps;
    this.recent = new Recent(0, deps.recent);
  }

  /** The position of this node; undefined until started. */
  get position(): number | undefined {
    return this.#started ? this.recent.end : undefined;
  }

  /**
   * Starts following the log, once; the next caller retries a failed start. Rejects when the log
   * cannot be read.
   */
  start(): Promise<void> {
    this.#starting ??= this.#start().catch((error: unknown) => {
      this.#starting = undefined;
      throw error;
    });
    return this.#starting;
  }

  async #start(): Promise<void> {
    const { source, tenantId } = this.#deps;
    this.#stopWatching ??= source.watch(tenantId);
    const { head } = await this.head();
    // Commits from this turn on adjoin this position.
    this.recent.restart(source.position(tenantId) ?? head);
    this.#started = true;
  }

  /**
   * The log's head, read once for all simultaneous callers. `atLeast`: a position that an older
   * answer may not include.
   */
  async head(atLeast = 0): Promise<Head> {
    const { source, tenantId } = this.#deps;
    this.#asking ??= source.head(tenantId).finally(() => {
      this.#asking = undefined;
    });
    const head = await this.#asking;
    return head.head >= atLeast ? head : await source.head(tenantId);
  }

  /** Ends everything; all followers have left. */
  close(): void {
    this.#stopWatching?.();
    this.#stopWatching = undefined;
    this.#started = false;
    clearTimeout(this.#timer);
  }

  /** Keeps a topic open until `release`. The feed must have been started. */
  hold(topic: string): Topic {
    let held = this.#topics.get(topic);
    if (!held) {
      const { tenantId, emitter, source } = this.#deps;
      const load = () => source.snapshot(tenantId, topic, SNAPSHOT_ROWS);
      const position = () => this.recent.end;
      held = {
        log: hasLog(topic) ? new LogTopic(tenantId, topic, emitter) : undefined,
        state: hasState(topic) ? new StateTopic({ tenantId, topic, emitter, load, position }) : undefined,
        holders: 0,
      };
      this.#topics.set(topic, held);
    }
    held.holders += 1;
    return held;
  }

  release(topic: string): void {
    const held = this.#topics.get(topic);
    if (!held) return;
    held.holders -= 1;
    if (held.holders === 0) this.#topics.delete(topic);
  }

  onCommitted(committed: Committed): void {
    const { end } = this.recent;
    // Until started there are no followers, and starting includes earlier commits.
    if (!this.#started || committed.to <= end) return;
    if (committed.from > end + 1) {
      this.#skip(committed.to);
      return;
    }
    const events = committed.from <= end ? committed.events.filter((event) => event.seq > end) : committed.events;
    this.recent.append(events);
    if (this.#pending.length === 0) this.#pendingSince = performance.now();
    for (const event of events) this.#pending.push(event);
    if (!this.#timer) this.#pushOrWait();
    this.#change(committed);
  }

  /** A part of the log was missed here: followers read it, viewers get a new snapshot. */
  #skip(to: number): void {
    this.#pending = [];
    this.recent.restart(to);
    for (const { log, state } of [...this.#topics.values()]) {
      log?.resync();
      state?.restart();
    }
  }

  #pushOrWait(): void {
    const wait = this.#notBefore - performance.now();
    if (wait <= 0) this.#push();
    else this.#timer = setTimeout(() => this.#push(), wait);
  }

  #push(): void {
    this.#timer = undefined;
    const events = this.#pending;
    const to = this.recent.end;
    this.#pending = [];
    if (events.length === 0 || this.#topics.size === 0) return;
    const begun = performance.now();
    this.#topics.get("log")?.log?.push(to, events);
    for (const [topic, ofRun] of this.#byFollowedRun(events)) topic.push(to, ofRun);
    const ended = performance.now();
    this.#deps.metrics.commitToEmit.observe((ended - this.#pendingSince) / 1000);
    const cost = ended - begun;
    this.#notBefore = cost < CHEAP_MS ? 0 : ended + Math.min(cost, MAX_PAUSE_MS);
  }

  #byFollowedRun(events: readonly LogEvent[]): Map<LogTopic, LogEvent[]> {
    const byRun = new Map<LogTopic, LogEvent[]>();
    for (const event of events) {
      const topic = event.runId === undefined ? undefined : this.#topics.get(`run:${event.runId}`)?.log;
      if (!topic) continue;
      const ofRun = byRun.get(topic);
      if (ofRun) ofRun.push(event);
      else byRun.set(topic, [event]);
    }
    return byRun;
  }

  #change({ rows, removed, to }: Committed): void {
    if (this.#topics.size === 0) return;
    const touched = new Set<StateTopic>();
    const change = (topic: string | undefined, row: Wire) => {
      const state = topic === undefined ? undefined : this.#topics.get(topic)?.state;
      if (!state) return;
      state.change(row);
      touched.add(state);
    };
    for (const row of rows) {
      change(TOPIC_OF_KIND.get(row.kind), row);
      if (OF_RUN.has(row.kind)) change(`run:${runOf(row)}`, row);
    }
    const remove = (topic: string | undefined, gone: Committed["removed"][number]) => {
      const state = topic === undefined ? undefined : this.#topics.get(topic)?.state;
      if (!state) return;
      state.remove(gone, to);
      touched.add(state);
    };
    for (const gone of removed) {
      remove(TOPIC_OF_KIND.get(gone.kind), gone);
      // A run's rows are removed with it: viewers need only the run's removal.
      if (gone.kind === "run") remove(`run:${gone.id}`, gone);
    }
    for (const state of touched) state.settle();
  }
}

function runOf(row: Wire): string | undefined {
  if (row.kind === "run") return row.id;
  return "runId" in row && typeof row.runId === "string" ? row.runId : undefined;
}
