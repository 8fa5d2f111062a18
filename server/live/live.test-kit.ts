import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { pino } from "pino";
import { Registry } from "prom-client";
import { io, type ManagerOptions, type Socket, type SocketOptions } from "socket.io-client";
import type { Run } from "../../domain/execution/contract.ts";
import type { LogEvent } from "../../domain/kernel/event.ts";
import type {
  ClientToServer,
  LogFrame,
  ResetFrame,
  ServerToClient,
  StateFrame,
  SubscribeAck,
} from "../../domain/kernel/live.ts";
import { toWire, type Wire } from "../../domain/kernel/wire.ts";
import type { Kind, Rows } from "../../domain/rows.ts";
import { type Authenticate, createLive, type Live, type LiveDeps } from "./index.ts";
import type { Committed, Head, LogSource } from "./source.ts";

export type TestSocket = Socket<ServerToClient, ClientToServer>;

/**
 * An in-memory log that implements `LogSource`. `pause` runs within each read, for tests that
 * interleave.
 */
export class MemoryLog implements LogSource {
  readonly events: LogEvent[] = [];
  readonly rows = new Map<string, Wire>();
  readonly reads: { after: number; limit: number }[] = [];
  floor = 0;
  logId = "log-1";
  pause: () => Promise<void> = async () => {};
  #listeners = new Set<(committed: Committed) => void>();
  #replaced = new Set<(tenantId: string) => void>();

  async head(): Promise<Head> {
    const answer = { head: this.events.length, floor: this.floor, logId: this.logId };
    await this.pause();
    return answer;
  }

  /** Appends events, each of a run, and changed rows; notifies followers unless `silent`. */
  commit(
    runs: (string | undefined)[],
    rows: Wire[] = [],
    { silent = false, payload = {} as LogEvent["payload"], removed = [] as { kind: Kind; id: string }[] } = {},
  ): void {
    const from = this.events.length + 1;
    const at = "2026-11-21T00:00:00.000Z";
    const events = runs.map((runId, index): LogEvent => {
      const subject = { kind: "run", id: runId ?? "none" };
      return {
        seq: from + index,
        v: 1,
        type: "x.test",
        at,
        actor: "key:test",
        subject,
        ...(runId && { runId }),
        payload,
      };
    });
    this.events.push(...events);
    for (const row of rows) this.rows.set(`${row.kind}:${row.id}`, row);
    for (const { kind, id } of removed) this.rows.delete(`${kind}:${id}`);
    if (silent) return;
    for (const listener of this.#listeners)
      listener({ tenantId: "t1", from, to: this.events.length, at, events, rows, removed });
  }

  onCommitted(listener: (committed: Committed) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  now(): number {
    return Date.now();
  }

  onReplaced(listener: (tenantId: string) => void): () => void {
    this.#replaced.add(listener);
    return () => this.#replaced.delete(listener);
  }

  /** Replaces this log by another with these events. */
  replace(logId: string, events: LogEvent[]): void {
    this.logId = logId;
    this.events.splice(0, this.events.length, ...events);
    for (const listener of this.#replaced) listener("t1");
  }

  watch(): () => void {
    return () => {};
  }

  position(): number {
    return this.events.length;
  }

  async readEvents(
    _tenantId: string,
    range: { after: number; upTo?: number; limit: number; runId?: string },
  ): Promise<LogEvent[]> {
    this.reads.push(range);
    await this.pause();
    const { after, upTo = Number.MAX_SAFE_INTEGER, limit, runId } = range;
    return this.events
      .filter(
        (event) =>
          event.seq > Math.max(after, this.floor) &&
          event.seq <= upTo &&
          (runId === undefined || event.runId === runId),
      )
      .slice(0, limit);
  }

  async snapshot(tenantId: string, topic: string, limit: number): Promise<{ seq: number; rows: Wire[] } | null> {
    const runId = topic.startsWith("run:") ? topic.slice(4) : undefined;
    const rows = [...this.rows.values()].filter((row) => (runId ? row.id === runId : topic === "runs")).slice(0, limit);
    const seq = this.events.length;
    await this.pause();
    return tenantId !== "t1" || (runId !== undefined && rows.length === 0) ? null : { seq, rows };
  }
}

/** A run's row in the wire format, changed at `seq`. */
export function runRow(id: string, seq: number, more: Partial<Run> = {}): Wire {
  const row: Partial<Rows["run"]> = { id, seq, version: seq, workflow: "test", status: "running", ...more };
  return toWire("run" satisfies Kind, row as Rows["run"]);
}

const PEOPLE: { [key: string]: { tenantId: string; id: string } } = {
  one: { tenantId: "t1", id: "k1" },
  two: { tenantId: "t2", id: "k2" },
};

/** Keys and session cookies `one` and `two`, of tenants t1 and t2; `revoked` ones are invalid. */
export function testAuthenticator(revoked = new Set<string>()): Authenticate {
  return async ({ headers, key }) => {
    const secret = typeof key === "string" ? key : headers.cookie?.replace("session=", "");
    const found = secret === undefined || revoked.has(secret) ? undefined : PEOPLE[secret];
    return found ? { ...found, kind: "key", name: found.id, role: "admin" } : null;
  };
}

type ClientOptions = Partial<ManagerOptions & SocketOptions>;

export interface TestLive {
  live: Live;
  registry: Registry;
  port: number;
  /** A client that has not connected yet; `through` is another port that leads to the server. */
  client(options?: ClientOptions, through?: number): TestSocket;
  /** A connected client. */
  connect(options?: ClientOptions, through?: number): Promise<TestSocket>;
  close(): Promise<void>;
}

/** `/live` on a free port, over a log. */
export async function startLive(source: LogSource, more: Partial<LiveDeps> = {}): Promise<TestLive> {
  const httpServer = createServer((_request, response) => response.end());
  const registry = new Registry();
  const logger = pino({ level: "silent" });
  const allowOrigin: LiveDeps["allowOrigin"] = ({ origin, host }) =>
    origin === undefined || origin === `http://${host}`;
  const live = createLive({
    source,
    authenticate: testAuthenticator(),
    httpServer,
    allowOrigin,
    registry,
    logger,
    ...more,
  });
  await new Promise<void>((resolve) => httpServer.listen(0, "127.0.0.1", resolve));
  const { port } = httpServer.address() as AddressInfo;
  const clients: TestSocket[] = [];
  const client: TestLive["client"] = (options = {}, through = port) => {
    const defaults = { transports: ["websocket"], auth: { key: "one" }, forceNew: true, reconnectionDelay: 20 };
    const socket: TestSocket = io(`http://127.0.0.1:${through}/live`, { ...defaults, ...options });
    clients.push(socket);
    return socket;
  };
  return {
    live,
    registry,
    port,
    client,
    connect: async (options, through) => {
      const socket = client(options, through);
      await new Promise<void>((resolve, reject) => socket.once("connect", resolve).once("connect_error", reject));
      return socket;
    },
    close: async () => {
      for (const socket of clients) socket.disconnect();
      await live.close();
      await new Promise((resolve) => httpServer.close(resolve));
    },
  };
}

export const subscribe = (socket: TestSocket, topic: string, since?: number): Promise<SubscribeAck> =>
  new Promise((resolve) => socket.emit("subscribe", since === undefined ? { topic } : { topic, since }, resolve));

/** Collects what a socket receives, with promises to wait for it. */
export function collect(socket: TestSocket) {
  const got = { log: [] as LogFrame[], state: [] as StateFrame[], reset: [] as ResetFrame[], beats: 0 };
  socket.on("log", (frame) => got.log.push(frame));
  socket.on("state", (frame) => got.state.push(frame));
  socket.on("reset", (frame) => got.reset.push(frame));
  socket.on("beat", () => {
    got.beats += 1;
  });
  return got;
}

/** The positions in a topic's frames, after checking that the frames are gapless. */
export function positions(frames: LogFrame[], topic: string, since: number): number[] {
  let sentTo = since;
  return frames
    .filter((frame) => frame.topic === topic)
    .flatMap((frame) => {
      if (frame.from !== sentTo + 1 || frame.to < frame.from)
        throw new Error(`${frame.from}–${frame.to} after ${sentTo}`);
      sentTo = frame.to;
      const outside = frame.events.find(({ seq }) => seq < frame.from || seq > frame.to);
      if (outside) throw new Error(`${outside.seq} in ${frame.from}–${frame.to}`);
      return frame.events.map(({ seq }) => seq);
    });
}

/** All whole numbers from … to. */
export const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);

/** The next turn of the event loop. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
