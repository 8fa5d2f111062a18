import type { Logger } from "pino";
import type { Socket } from "socket.io";
import type {
  ClientToServer,
  ResetFrame,
  ServerToClient,
  SubscribeAck,
  SubscribeRequest,
} from "../../domain/kernel/live.ts";
import type { Emitter } from "./emitter.ts";
import type { Feed, Topic } from "./feed.ts";
import type { Gate } from "./gate.ts";
import type { LiveMetrics } from "./metrics.ts";
import { Outbox } from "./outbox.ts";
import { Outlet } from "./outlet.ts";
import { Rate } from "./rate.ts";
import { parseSubscribe, parseUnsubscribe, type Refused, refused } from "./request.ts";
import type { Head, LogSource } from "./source.ts";
import type { Viewer } from "./state-topic.ts";

export type LiveSocket = Socket<ClientToServer, ServerToClient>;

export const MAX_TOPICS = 100;
/** Rate of `subscribe` calls: burst, and per second in the long run. */
const RATE = [2 * MAX_TOPICS, 20] as const;

export interface ConnectionDeps {
  tenantId: string;
  feed: Feed;
  emitter: Emitter;
  source: LogSource;
  gate: Gate;
  metrics: LiveMetrics;
  logger: Logger;
  patienceMs: number;
}

type Answer = (answer: SubscribeAck | { ok: true }) => void;

/** One subscription of one socket. */
interface Subscription {
  readonly topic: string;
  held: Topic | undefined;
  outbox: Outbox | undefined;
  viewer: Viewer | undefined;
}

/** One open socket: its subscriptions, by topic. */
export class Connection {
  readonly #deps: ConnectionDeps;
  readonly #outlet: Outlet;
  readonly #rate = new Rate(...RATE);
  readonly #subscriptions = new Map<string, Subscription>();

  constructor(socket: LiveSocket, deps: ConnectionDeps) {
    this.#deps = deps;
    this.#outlet = new Outlet(socket);
    // A client may send anything: everything is checked before it is used.
    socket.on("subscribe", (...args: unknown[]) => this.#subscribe(args[0], answerOf(args)));
    socket.on("unsubscribe", (...args: unknown[]) => {
      const topic = parseUnsubscribe(args[0]);
      if (topic !== undefined) this.#end(topic);
      answerOf(args)({ ok: true });
    });
  }

  get subscriptions(): number {
    return this.#subscriptions.size;
  }

  /** Ends all subscriptions when the socket closes. */
  close(): void {
    this.#outlet.close();
    for (const topic of [...this.#subscriptions.keys()]) this.#end(topic);
  }

  #subscribe(request: unknown, answer: Answer): void {
    const accepted = this.#accept(request);
    if ("error" in accepted) {
      answer(accepted);
      return;
    }
    const { topic, since } = accepted;
    const subscription: Subscription = { topic, held: undefined, outbox: undefined, viewer: undefined };
    this.#subscriptions.set(topic, subscription);
    this.#deps.metrics.subscriptions.inc({ topic: kindOf(topic) });
    this.#open(subscription, since, answer).catch((error: unknown) => this.#fail(subscription, error, answer));
  }

  /** The checked request, with an earlier subscription to its topic ended; or the refusal. */
  #accept(request: unknown): SubscribeRequest | Refused {
    if (!this.#rate.take()) return refused("too_many", "too many subscriptions in a short time");
    const parsed = parseSubscribe(request);
    if ("error" in parsed) return parsed;
    if (this.#outlet.full) return refused("unavailable", "the socket has not read what was sent to it");
    this.#end(parsed.topic);
    const room = this.#subscriptions.size < MAX_TOPICS;
    return room ? parsed : refused("too_many", `a socket has at most ${MAX_TOPICS} topics`);
  }

  async #open(subscription: Subscription, since: number | undefined, answer: Answer): Promise<void> {
    const { feed } = this.#deps;
    await feed.start();
    const head = await feed.head(since);
    if (!this.#isOpen(subscription)) {
      answer(head);
      return;
    }
    subscription.held = feed.hold(subscription.topic);
    const { state } = subscription.held;
    if (!state) {
      this.#begin(subscription, since, head, answer);
      return;
    }
    // Opened again when this node has missed changes: then only the snapshot is sent.
    let answered = false;
    subscription.viewer = {
      sink: this.#outlet,
      opened: (exists) => {
        if (answered) return exists;
        answered = true;
        if (exists) this.#begin(subscription, since, head, answer);
        else this.#refuse(subscription, answer);
        return this.#isOpen(subscription);
      },
      failed: (error) => {
        if (answered) this.#reset(subscription, "too_old");
        else this.#fail(subscription, error, answer);
      },
      tooSlow: () => this.#reset(subscription, "too_slow"),
    };
    state.open(subscription.viewer);
  }

  /** Answers, then follows the log if the topic has one. */
  #begin(subscription: Subscription, since: number | undefined, head: Head, answer: Answer): void {
    answer(head);
    const log = subscription.held?.log;
    if (!log) return;
    const from = since ?? head.head;
    if (from > head.head || from < head.floor) {
      this.#reset(subscription, from > head.head ? "unknown_log" : "too_old");
      return;
    }
    const { tenantId, feed, source, gate, logger, patienceMs } = this.#deps;
    subscription.outbox = new Outbox(
      {
        tenantId,
        topic: log,
        sink: this.#outlet,
        recent: feed.recent,
        source,
        gate,
        logger,
        patienceMs,
        onReset: (reason) => this.#reset(subscription, reason),
      },
      from,
    );
  }

  #refuse(subscription: Subscription, answer: Answer): void {
    this.#end(subscription.topic, subscription);
    answer(refused("not_found", `${subscription.topic} does not exist`));
  }

  #fail(subscription: Subscription, error: unknown, answer: Answer): void {
    this.#deps.logger.warn({ err: error, topic: subscription.topic }, "a subscription could not be opened");
    this.#end(subscription.topic, subscription);
    answer(refused("unavailable", "the log cannot be read at the moment; try again"));
  }

  #reset(subscription: Subscription, reason: ResetFrame["reason"]): void {
    if (!this.#isOpen(subscription)) return;
    const { topic } = subscription;
    this.#end(topic);
    const { emitter, feed } = this.#deps;
    emitter.reset(this.#outlet.id, { topic, seq: feed.recent.end, reason });
    this.#deps.logger.info({ topic, reason }, "a subscription was reset");
  }

  #isOpen(subscription: Subscription): boolean {
    return this.#subscriptions.get(subscription.topic) === subscription;
  }

  /** Ends the subscription to a topic, or only a given one. */
  #end(topic: string, only?: Subscription): void {
    const subscription = this.#subscriptions.get(topic);
    if (!subscription || (only && only !== subscription)) return;
    this.#subscriptions.delete(topic);
    this.#deps.metrics.subscriptions.dec({ topic: kindOf(topic) });
    subscription.outbox?.end();
    if (subscription.viewer) subscription.held?.state?.close(subscription.viewer);
    if (subscription.held) this.#deps.feed.release(topic);
  }
}

const kindOf = (topic: string): string => (topic.startsWith("run:") ? "run" : topic);

/** The function that answers a call: the client's callback, which comes last, or a no-op. */
function answerOf(args: unknown[]): Answer {
  const ack = args.at(-1);
  return typeof ack === "function" ? (answer) => ack(answer) : () => {};
}
