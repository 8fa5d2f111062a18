import type { StateFrame, SubscribeAck, SubscribeRequest } from "../../domain/kernel/live.ts";

/** The connection that the engine works over: the socket, or a stand-in in tests. */
export interface Transport {
  /** Resolves with the server's response; rejects when the connection ends first. */
  subscribe(request: SubscribeRequest): Promise<SubscribeAck>;
  unsubscribe(topic: string): void;
  /** Replaces a silent connection by a new one. */
  reconnect(): void;
}

/** What the engine calls when something arrives. */
export interface EngineHandlers {
  onState(frame: StateFrame): void;
  /** The topic has no users any more; its cached rows are no longer updated. */
  onForget(topic: string): void;
  /** The database is not the same as before. */
  onOtherLog(): void;
  /** Server time minus browser time, ms. */
  onClock?(offset: number): void;
  /** The server has its database again: failed loads can be repeated. */
  onReturn?(): void;
}
