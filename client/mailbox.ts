import type { LogFrame, ResetFrame } from "../domain/kernel/live.ts";
import { SwitchyardError } from "./core/problem.ts";
import { isFinal, type LiveSocket, openLiveSocket, type Refusal, subscribe } from "./core/socket.ts";

export type LiveMessage =
  | { type: "connected" }
  | { type: "disconnected" }
  /** A try to connect has failed; more follow by themselves. */
  | { type: "unreachable" }
  | { type: "subscribed"; head: number; floor: number; logId: string }
  | { type: "frame"; frame: LogFrame }
  | { type: "reset"; seq: number; reason: ResetFrame["reason"] }
  | { type: "overflow" }
  | { type: "failed"; error: SwitchyardError }
  | { type: "closed" };

/** Events that may wait for a slow reader; beyond them they are dropped and asked for again. */
const MAX_WAITING = 10_000;
const PACE = [200, 5_000] as const;

/**
 * One socket to namespace `/live`, read as a bounded mailbox of messages: one `next()` at a time.
 */
export class Mailbox {
  readonly #socket: LiveSocket;
  #mailbox: LiveMessage[] = [];
  #waiting = 0;
  #wake: (() => void) | undefined;
  #closed = false;
  #overflowed = false;
  /** Number of the latest subscription, so that answers to former ones can be recognised. */
  #subscription = 0;
  #answered = 0;

  constructor(url: string, key: string) {
    this.#socket = openLiveSocket(url.replace(/\/+$/, ""), { key, pace: PACE });
    this.#socket.on("connect", () => this.#post({ type: "connected" }));
    this.#socket.on("disconnect", (reason) => {
      this.#post({ type: "disconnected" });
      // The server hung up on purpose (it stops, or the session ended): socket.io leaves it to us
      // to come back.
      if (reason === "io server disconnect")
        this.#post({ type: "failed", error: unreachable("the server closed the socket") });
    });
    this.#socket.on("connect_error", (error) => {
      // Active: the transport failed and socket.io tries again by itself. Else the server refused
      // the handshake.
      if (!this.#socket.active) this.#post({ type: "failed", error: refused(error) });
      else if (this.#mailbox.at(-1)?.type !== "unreachable") this.#post({ type: "unreachable" });
    });
    this.#socket.on("log", (frame) => this.#receive(frame));
    this.#socket.on("reset", ({ seq, reason }) => this.#post({ type: "reset", seq, reason }));
  }

  /** Whether the answer to the latest subscription is still out. */
  get subscribing(): boolean {
    return this.#answered < this.#subscription;
  }

  /** Asks for a topic from behind a position, replacing a former subscription to it. */
  subscribe(topic: string, since: number | undefined): void {
    this.#drop();
    this.#subscription += 1;
    const mine = this.#subscription;
    if (mine > 1) this.#socket.emit("unsubscribe", { topic });
    const request = since === undefined ? { topic } : { topic, since };
    subscribe(this.#socket, request, (answer) => {
      if (mine !== this.#subscription) return;
      this.#answered = mine;
      if (answer === null) this.#post({ type: "failed", error: unreachable("the subscription was not answered") });
      else if ("error" in answer) this.#post({ type: "failed", error: ofAck(answer.error) });
      else this.#post({ type: "subscribed", ...answer });
    });
  }

  /** Connects anew after a failure. */
  reconnect(): void {
    if (this.#closed) return;
    if (this.#socket.connected) this.#socket.disconnect();
    this.#drop();
    this.#socket.connect();
  }

  /** The next message; `closed` for ever after `close`. */
  async next(): Promise<LiveMessage> {
    while (!this.#closed) {
      const message = this.#mailbox.shift();
      if (message) {
        if (message.type === "frame") this.#waiting -= message.frame.events.length;
        return message;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return { type: "closed" };
  }

  close(): void {
    this.#closed = true;
    this.#socket.disconnect();
    this.#wake?.();
  }

  #receive(frame: LogFrame): void {
    if (this.#overflowed) return;
    if (this.#waiting > MAX_WAITING) {
      this.#overflowed = true;
      this.#post({ type: "overflow" });
      return;
    }
    this.#waiting += frame.events.length;
    this.#post({ type: "frame", frame });
  }

  #drop(): void {
    this.#mailbox = this.#mailbox.filter((message) => message.type === "connected");
    this.#waiting = 0;
    this.#overflowed = false;
  }

  #post(message: LiveMessage): void {
    this.#mailbox.push(message);
    this.#wake?.();
  }
}

const unreachable = (detail: string) => new SwitchyardError(0, "network", detail);

/**
 * A handshake the server refused. Only a missing right is final; a server that starts or stops is
 * not.
 */
function refused(error: Error & { data?: unknown }): SwitchyardError {
  const data: { status?: unknown; code?: unknown } =
    typeof error.data === "object" && error.data !== null ? error.data : {};
  const code = typeof data.code === "string" ? data.code : error.message;
  const unauthorised =
    data.status === 401 || data.status === 403 || /unauthori[sz]ed|unauthenticated|forbidden/i.test(code);
  return unauthorised ? new SwitchyardError(401, code, error.message) : unreachable(error.message);
}

function ofAck(refusal: Refusal): SwitchyardError {
  const { code, message } = refusal;
  return isFinal(refusal) ? new SwitchyardError(code === "not_found" ? 404 : 400, code, message) : unreachable(message);
}
