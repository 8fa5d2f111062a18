import type { Range } from "../../client/core/cursor.ts";
import type { LogEvent } from "../../domain/kernel/event.ts";
import type { Beat, StateFrame, SubscribeAck, SubscribeRequest } from "../../domain/kernel/live.ts";
import { LiveEngine, type Reader } from "./engine.ts";
import type { Transport } from "./transport.ts";

export const eventAt = (seq: number): LogEvent => ({
  seq,
  v: 1,
  type: "x.test",
  at: "2026-11-21T00:00:00.000Z",
  actor: "key:test",
  subject: { kind: "tenant", id: "log" },
  payload: {},
});

export const logFrame = (topic: string, from: number, to: number) => ({
  topic,
  from,
  to,
  events: Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => eventAt(from + at)),
});

/**
 * An engine on a fake server that records requests and responds by `answer`. `log` is what it can
 * replay; `deliver` replays to its subscriptions, as the real one does.
 */
export class Bench {
  readonly asked: SubscribeRequest[] = [];
  readonly left: string[] = [];
  readonly states: StateFrame[] = [];
  readonly forgotten: string[] = [];
  otherLog = 0;
  reconnects = 0;
  returns = 0;
  head = 0;
  floor = 0;
  logId = "log-1";
  answer: (request: SubscribeRequest) => SubscribeAck | Promise<SubscribeAck> = () => this.ok();
  readonly engine = new LiveEngine({
    onState: (frame) => this.states.push(frame),
    onForget: (topic) => this.forgotten.push(topic),
    onOtherLog: () => {
      this.otherLog += 1;
    },
    onReturn: () => {
      this.returns += 1;
    },
  });
  readonly stop: () => void;

  constructor() {
    const transport: Transport = {
      subscribe: async (request) => {
        this.asked.push(request);
        return this.answer(request);
      },
      unsubscribe: (topic) => void this.left.push(topic),
      reconnect: () => {
        this.reconnects += 1;
      },
    };
    this.stop = this.engine.start(transport);
  }

  ok(): SubscribeAck {
    return { head: this.head, floor: this.floor, logId: this.logId };
  }

  /** Sends positions `from … to` of the log topic. */
  send(from: number, to: number, topic = "log"): void {
    this.engine.log(logFrame(topic, from, to));
  }

  beat(head = this.head, more: Partial<Beat> = {}): void {
    this.engine.beat({ head, at: new Date().toISOString(), ...more });
  }
}

export class TestReader implements Reader {
  readonly seen: number[] = [];
  readonly holes: Range[] = [];
  constructor(public position: number | null) {}
  onEvents(events: LogEvent[]): void {
    this.seen.push(...events.map(({ seq }) => seq));
  }
  onHole(missing: Range): void {
    this.holes.push(missing);
  }
}

export const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, at) => from + at);
