import { z } from "zod";
import type { Kind } from "../rows.ts";
import type { LogEvent } from "./event.ts";
import { id, whole } from "./primitives.ts";
import type { Sent } from "./wire.ts";

/**
 * The socket contract of namespace `/live`.
 *
 * A client subscribes to a topic with the last position it has (`since`). *Log* topics (`log`,
 * `run:{id}`) replay from there and then follow: consecutive ranges of positions, no gap, no
 * repeat. *State* topics (those of `STATE_TOPICS`, and `run:{id}` again) send a snapshot and then
 * the latest row per entity, at most ten times a second. `reset` asks a slow or too old client to
 * start over.
 */

export const STATE_TOPICS = {
  runs: ["run"],
  board: ["workstream"],
  agents: ["agent", "breaker", "statistics"],
  alerts: ["alert"],
  approvals: ["approval"],
  queues: ["queue"],
  sessions: ["session", "task"],
  metrics: ["tally", "gauge"],
  rules: ["rule", "channel", "delivery"],
} as const satisfies { [topic: string]: readonly Kind[] };

/** The kinds of rows that topic `run:{id}` sends. */
export const RUN_KINDS = ["run", "workstream", "job", "attempt"] as const satisfies readonly Kind[];

/** A snapshot holds at most this many rows; the rest is there by HTTP. */
export const SNAPSHOT_ROWS = 200;
/** State frames of one topic are at least this far apart. */
export const STATE_INTERVAL_MS = 100;
/** The server says its head this often, so that a silent socket differs from a quiet log. */
export const BEAT_INTERVAL_MS = 5000;

/**
 * A stream over HTTP (`GET /events?follow=true`) is silent for no longer than this (ms): below what
 * proxies cut, 15 s and more.
 */
export const STREAM_BEAT_MS = 10_000;

const topic = z.union([
  z.enum(["log", ...(Object.keys(STATE_TOPICS) as (keyof typeof STATE_TOPICS)[])]),
  z.string().refine((value) => value.startsWith("run:") && id.safeParse(value.slice(4)).success, "must be run:{id}"),
]);

export const subscribeRequest = z.strictObject({ topic, since: whole.optional() });
export const unsubscribeRequest = z.strictObject({ topic });
export type SubscribeRequest = { topic: string; since?: number };

export type SubscribeAck =
  | { head: number; floor: number; logId: string }
  | { error: { code: "malformed" | "unknown_topic" | "not_found" | "unavailable" | "too_many"; message: string } };

/**
 * Events of a log topic at positions `from … to`; for `run:{id}` only the run's, though the range
 * counts all.
 */
export interface LogFrame {
  topic: string;
  from: number;
  to: number;
  events: LogEvent[];
}

/**
 * Latest rows, true at position `seq`. The first frame of a subscription is a snapshot: it replaces
 * what the client had. A run's large columns (`large` in the contract) are in none of topic `runs`;
 * topic `run:{id}` has them in its snapshot and in the frames in which they have changed: a row
 * without them leaves them as they were.
 */
export interface StateFrame {
  topic: string;
  seq: number;
  snapshot?: true;
  upserts: Sent[];
  removes: { kind: Kind; id: string }[];
}

export interface ResetFrame {
  topic: string;
  seq: number;
  reason: "too_slow" | "too_old" | "unknown_log";
}

/** Why a server's database does not do its work. */
export type DatabaseReason =
  | "unreachable"
  | "read_only"
  | "full"
  | "busy"
  | "pooled"
  | "schema"
  | "privileges"
  | "failing";

/** What a server says every few seconds, and at once when its database goes away or comes back. */
export interface Beat {
  head: number;
  at: string;
  /**
   * The database does not do its work: changes are refused, and others' changes may not come in.
   * Left out otherwise.
   */
  databaseAway?: true;
  /** Why; there whenever `databaseAway` is. */
  databaseReason?: DatabaseReason;
}

export interface ServerToClient {
  log: (frame: LogFrame) => void;
  state: (frame: StateFrame) => void;
  reset: (frame: ResetFrame) => void;
  beat: (beat: Beat) => void;
}

export interface ClientToServer {
  subscribe: (request: SubscribeRequest, ack: (answer: SubscribeAck) => void) => void;
  unsubscribe: (request: { topic: string }, ack?: (answer: { ok: true }) => void) => void;
}
