import { type Range, stepOf } from "../../client/core/cursor.ts";
import { type Backoff, backoffMs } from "../../client/core/retry.ts";
import { isFinal } from "../../client/core/socket.ts";
import {
  BEAT_INTERVAL_MS,
  type Beat,
  type DatabaseReason,
  type LogFrame,
  type ResetFrame,
  type StateFrame,
  type SubscribeAck,
} from "../../domain/kernel/live.ts";
import { type Carrier, type Connection, type Freshness, freshnessOf, SILENCE_MS, sameFreshness } from "./freshness.ts";
import { isBehind, positionOf, type Reader, readOf, type Topic } from "./topic.ts";
import type { EngineHandlers, Transport } from "./transport.ts";

export type { Reader } from "./topic.ts";

/**
 * How long an unused topic stays subscribed: so that going from page to page does not subscribe
 * again; ms.
 */
const GRACE_MS = 3_000;
/** Delays before it retries a topic or a connection (ms). */
export const AGAIN: Backoff = { baseMs: 300, capMs: 10_000, jitter: 0.2 };
/** A shorter wait is not shown, ms. */
const BLINK_MS = 300;
const FORGIVE_MS = 30_000;

/**
 * The state of live topics and the log, independent of sockets and of React. Correctness comes from
 * positions, never from the socket.
 *
 * A topic is *idle* (not connected, or waiting for a retry), *subscribing* (requested, no response
 * yet) or *live*. It is subscribed when its first user mounts, after every reconnect, and when a
 * frame leaves a gap; always from the lowest position of its readers, so the server replays missed
 * events and each reader takes only new ones. Acknowledgements of an earlier attempt are ignored.
 * Events that the server can no longer replay are reported to the reader as a hole. A different
 * `logId` means another history: everything is dropped and loaded again.
 */
export class LiveEngine {
  readonly #topics = new Map<string, Topic>();
  readonly #listeners = new Set<() => void>();
  readonly #connection: Connection;
  #transport: Transport | null = null;
  #logId: string | null = null;
  #headAtLastBeat = 0;
  #watch: ReturnType<typeof setInterval> | null = null;
  #shown: Freshness;
  #reconnectAt = 0;
  #behindSince: number | null = null;

  constructor(readonly handlers: EngineHandlers) {
    const nothing = {
      connected: false,
      lastHeard: null,
      behind: false,
      awaySince: null,
      awayFor: "unreachable" as const,
      reloadedAt: null,
      carrier: "socket" as const,
      head: 0,
    };
    this.#connection = { ...nothing, startedAt: Date.now() };
    this.#shown = freshnessOf(this.#connection, Date.now());
  }

  /** Starts watching for silence. @returns a function that stops it. */
  start(transport: Transport): () => void {
    this.#transport = transport;
    this.#connection.startedAt = Date.now();
    this.#watch = setInterval(() => this.#check(), 1_000);
    return () => {
      if (this.#watch !== null) clearInterval(this.#watch);
      for (const topic of this.#topics.values()) this.#cancelTimer(topic);
      this.#transport = null;
      this.disconnected();
    };
  }

  freshness = (): Freshness => this.#shown;

  onFreshness = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Uses a topic until the returned function is called. */
  retain(name: string): () => void {
    const topic = this.#topicOf(name);
    topic.users += 1;
    this.#ask(topic);
    let used = true;
    return () => {
      if (!used) return;
      used = false;
      topic.users -= 1;
      if (topic.users === 0) setTimeout(() => this.#forget(topic), GRACE_MS);
    };
  }

  /**
   * Reads a log topic from `reader.position` on, gapless and in order, until the returned function
   * is called.
   */
  read(name: string, reader: Reader): () => void {
    const topic = this.#topicOf(name);
    topic.readers.add(reader);
    // A live topic is past this reader's position; subscribing again from the lowest position
    // replays it.
    if (topic.phase === "live" && reader.position !== null && reader.position < this.#connection.head)
      topic.phase = "idle";
    const release = this.retain(name);
    return () => {
      topic.readers.delete(reader);
      release();
    };
  }

  connected(carrier: Carrier = "socket"): void {
    this.#connection.connected = true;
    this.#connection.carrier = carrier;
    this.#connection.reloadedAt = null;
    this.#received();
    for (const topic of this.#topics.values()) {
      topic.phase = "idle";
      topic.failures = 0;
      topic.gapAt = null;
      topic.refused = false;
      topic.held = false;
      this.#cancelTimer(topic);
      this.#ask(topic);
    }
    this.#check();
  }

  /** The transport of the connection has changed. */
  carriedBy(carrier: Carrier): void {
    this.#connection.carrier = carrier;
    this.#check();
  }

  /**
   * No live connection works, and the page was just updated by HTTP: `frame` has the new events,
   * null if none.
   */
  reloaded(frame: Omit<LogFrame, "topic"> | null): void {
    if (this.#connection.connected) return;
    this.#connection.reloadedAt = Date.now();
    if (frame !== null) {
      this.#connection.head = Math.max(this.#connection.head, frame.to);
      for (const topic of this.#topics.values()) readOf(topic, frame);
    }
    this.#check();
  }

  disconnected(): void {
    this.#connection.connected = false;
    this.#connection.awaySince = null;
    for (const topic of this.#topics.values()) {
      topic.phase = "idle";
      topic.held = false;
      topic.attempt += 1;
      this.#cancelTimer(topic);
    }
    this.#check();
  }

  log(frame: LogFrame): void {
    this.#received(frame.to);
    const topic = this.#topics.get(frame.topic);
    if (!topic) return;
    let gap: Range | null = null;
    for (const reader of topic.readers) {
      const step = stepOf(reader.position, frame);
      if (step.kind === "gap") gap = step.missing;
      if (step.kind !== "apply") continue;
      reader.position = step.position;
      if (step.events.length > 0) reader.onEvents(step.events, step.position);
    }
    // Before the response, frames of the earlier subscription may still arrive: the replay covers
    // them.
    if (gap && topic.phase === "live") this.#onGap(topic, gap);
  }

  state(frame: StateFrame): void {
    this.#received(frame.seq);
    if (this.#topics.has(frame.topic)) this.handlers.onState(frame);
  }

  reset(frame: ResetFrame): void {
    this.#received();
    const topic = this.#topics.get(frame.topic);
    if (!topic) return;
    if (frame.reason === "unknown_log") {
      this.handlers.onOtherLog();
      return;
    }
    if (frame.reason === "too_old") this.#skipTo(topic, frame.seq);
    this.#again(topic);
  }

  beat(beat: Beat): void {
    this.#received(beat.head);
    this.#hearOfDatabase(beat.databaseAway === true, beat.databaseReason);
    this.handlers.onClock?.(Date.parse(beat.at) - Date.now());
    const topic = this.#topics.get("log");
    const position = topic && positionOf(topic);
    if (topic && position !== undefined) {
      // The log should be complete up to the head of the previous beat. If it is not, and nothing
      // has arrived since, frames were lost.
      if (topic.phase === "live" && position < this.#headAtLastBeat && position === topic.atBeat) this.#again(topic);
      topic.atBeat = position;
    }
    this.#headAtLastBeat = beat.head;
    this.#check();
  }

  #hearOfDatabase(away: boolean, reason: DatabaseReason = "unreachable"): void {
    const was = this.#connection.awaySince;
    this.#connection.awaySince = away ? (was ?? Date.now()) : null;
    this.#connection.awayFor = reason;
    if (away || was === null) return;
    // Requests refused meanwhile are waiting for a retry; retry them now.
    for (const topic of this.#topics.values()) {
      this.#cancelTimer(topic);
      this.#ask(topic);
    }
    this.handlers.onReturn?.();
  }

  #topicOf(name: string): Topic {
    const known = this.#topics.get(name);
    if (known) return known;
    const fresh = { name, users: 0, readers: new Set<Reader>(), phase: "idle" as const, attempt: 0, failures: 0 };
    const calm = {
      gapAt: null,
      refused: false,
      timer: null,
      asked: false,
      held: false,
      failedAt: 0,
      target: 0,
      atBeat: -1,
    };
    const topic: Topic = { ...fresh, ...calm };
    this.#topics.set(name, topic);
    return topic;
  }

  #forget(topic: Topic): void {
    if (topic.users > 0 || this.#topics.get(topic.name) !== topic) return;
    this.#topics.delete(topic.name);
    this.#cancelTimer(topic);
    topic.attempt += 1;
    this.#drop(topic);
    this.handlers.onForget(topic.name);
    this.#check();
  }

  /** Subscribes after a moment, so that users that mount together share one request. */
  #ask(topic: Topic): void {
    if (topic.phase !== "idle" || topic.asked || topic.timer !== null || topic.refused) return;
    topic.asked = true;
    queueMicrotask(() => {
      topic.asked = false;
      if (this.#topics.get(topic.name) === topic && topic.phase === "idle" && topic.timer === null)
        void this.#subscribe(topic);
    });
  }

  async #subscribe(topic: Topic): Promise<void> {
    if (!this.#connection.connected || !this.#transport) return;
    topic.phase = "subscribing";
    topic.attempt += 1;
    const { attempt } = topic;
    const since = positionOf(topic);
    this.#drop(topic);
    topic.held = true;
    this.#check();
    let answer: SubscribeAck;
    try {
      answer = await this.#transport.subscribe({ topic: topic.name, ...(since !== undefined && { since }) });
    } catch {
      if (topic.attempt === attempt) this.#again(topic);
      return;
    }
    if (topic.attempt !== attempt) return;
    if ("error" in answer) {
      topic.phase = "idle";
      // A retry would not help; the page of the topic shows that it does not exist.
      topic.refused = isFinal(answer.error);
      if (!topic.refused) this.#again(topic);
      this.#check();
      return;
    }
    if (this.#logId !== null && this.#logId !== answer.logId) {
      this.handlers.onOtherLog();
      return;
    }
    this.#logId = answer.logId;
    this.#received(answer.head);
    topic.phase = "live";
    topic.target = answer.head;
    // The log starts at `floor + 1`.
    this.#skipTo(topic, answer.floor);
    for (const reader of topic.readers) {
      reader.position ??= answer.head;
      // A reader added during the request that needs earlier events.
      if (since !== undefined && reader.position < since) topic.phase = "idle";
      if (since === undefined && reader.position < answer.head) topic.phase = "idle";
    }
    this.#ask(topic);
    this.#check();
  }

  #onGap(topic: Topic, missing: Range): void {
    const repeated = topic.gapAt === missing.from;
    topic.gapAt = missing.from;
    if (repeated) this.#skipTo(topic, missing.to);
    this.#again(topic);
  }

  /** Moves every reader to `position`, and reports the missing events to those before it. */
  #skipTo(topic: Topic, position: number): void {
    for (const reader of topic.readers) {
      if (reader.position === null || reader.position >= position) continue;
      const missing = { from: reader.position + 1, to: position };
      reader.position = position;
      reader.onHole(missing);
    }
  }

  /**
   * Subscribes again from the readers' position, later each time so that a fault cannot cause a
   * storm.
   */
  #again(topic: Topic): void {
    if (topic.timer !== null) return;
    this.#drop(topic);
    topic.phase = "idle";
    topic.attempt += 1;
    topic.failures = Date.now() - topic.failedAt > FORGIVE_MS ? 1 : topic.failures + 1;
    topic.failedAt = Date.now();
    topic.timer = setTimeout(
      () => {
        topic.timer = null;
        this.#ask(topic);
      },
      topic.failures === 1 ? 0 : backoffMs(AGAIN, topic.failures - 1, Math.random),
    );
    this.#check();
  }

  #drop(topic: Topic): void {
    if (topic.held && this.#connection.connected) this.#transport?.unsubscribe(topic.name);
    topic.held = false;
  }

  #cancelTimer(topic: Topic): void {
    if (topic.timer !== null) clearTimeout(topic.timer);
    topic.timer = null;
  }

  #received(position = 0): void {
    this.#connection.lastHeard = Date.now();
    if (position > this.#connection.head) this.#connection.head = position;
  }

  /** Computes the freshness, notifies its subscribers, and replaces a silent connection. */
  #check(): void {
    const now = Date.now();
    const c = this.#connection;
    const waits = c.connected && [...this.#topics.values()].some(isBehind);
    if (!waits) this.#behindSince = null;
    else if (this.#behindSince === null) {
      this.#behindSince = now;
      setTimeout(() => this.#check(), BLINK_MS);
    }
    c.behind = this.#behindSince !== null && now - this.#behindSince >= BLINK_MS;
    const silent = c.connected && c.lastHeard !== null && now - c.lastHeard > SILENCE_MS + BEAT_INTERVAL_MS;
    if (silent && now >= this.#reconnectAt) {
      this.#reconnectAt = now + 2 * BEAT_INTERVAL_MS;
      this.#transport?.reconnect();
    }
    const next = freshnessOf(c, now);
    if (sameFreshness(next, this.#shown)) return;
    this.#shown = next;
    for (const listener of this.#listeners) listener();
  }
}
