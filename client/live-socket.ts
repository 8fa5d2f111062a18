import { io, type Socket } from "socket.io-client";
import type { ClientToServer, LogFrame, ResetFrame, ServerToClient, SubscribeAck } from "../domain/kernel/live.ts";
import { SwitchyardError } from "./core/problem.ts";

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
/** An answer to a subscription that takes longer counts as lost. */
const ACK_TIMEOUT_MS = 10_000;

const FATAL_ACKS = new Set(["malformed", "unknown_topic", "not_found"]);

/** One socket to namespace `/live`, read as a bounded mailbox of messages: one `next()` at a time. */
export class LiveSocket {
  readonly #socket: Socket<ServerToClient, ClientToServer>;
  #mailbox: LiveMessage[] = [];
  #waiting = 0;
  #wake: (() => void) | undefined;
  #closed = false;
  #overflowed = false;
  /** Number of the latest subscription, so that answers to former ones are told apart. */
  #subscription = 0;
  #answered = 0;

  constructor(url: string, key: string) {
    this.#socket = io(`${url.replace(/\/+$/, "")}/live`, {
      auth: { key },
      transports: ["websocket"],
      forceNew: true,
      reconnectionDelay: 200,
      reconnectionDelayMax: 5_000,
    });
    this.#socket.on("connect", () => this.#post({ type: "connected" }));
    this.#socket.io.on("error", () => {
      // Something on the way may let no WebSockets through. What begins by polling still becomes one where it can.
      this.#socket.io.opts.transports = ["polling", "websocket"];
    });
    this.#socket.on("disconnect", (reason) => {
      this.#post({ type: "disconnected" });
      // The server hung up on purpose (it stops, or the session ended): socket.io leaves it to us to come back.
      if (reason === "io server disconnect")
        this.#post({ type: "failed", error: unreachable("the server closed the socket") });
    });
    this.#socket.on("connect_error", (error) => {
      // Active: the transport failed and socket.io tries again by itself. Else the server refused the handshake.
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
    this.#socket.timeout(ACK_TIMEOUT_MS).emit("subscribe", request, (lost: Error | null, answer: SubscribeAck) => {
      if (mine !== this.#subscription) return;
      this.#answered = mine;
      if (lost) this.#post({ type: "failed", error: unreachable("the subscription was not answered") });
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

/** A handshake the server refused. Only a missing right is final; a server that starts or stops is not. */
function refused(error: Error & { data?: unknown }): SwitchyardError {
  const data: { status?: unknown; code?: unknown } =
    typeof error.data === "object" && error.data !== null ? error.data : {};
  const code = typeof data.code === "string" ? data.code : error.message;
  const unauthorised =
    data.status === 401 || data.status === 403 || /unauthori[sz]ed|unauthenticated|forbidden/i.test(code);
  return unauthorised ? new SwitchyardError(401, code, error.message) : unreachable(error.message);
}

function ofAck({ code, message }: { code: string; message: string }): SwitchyardError {
  return FATAL_ACKS.has(code)
    ? new SwitchyardError(code === "not_found" ? 404 : 400, code, message)
    : unreachable(message);
}
