import type { Json } from "./primitives.ts";
import type { ChannelKind } from "./statuses.ts";
import type { RowBase } from "./tx.ts";

/** Where notifications go: a signed webhook, an Alertmanager, Slack, e-mail, the browser. */
export interface Channel extends RowBase {
  name: string;
  channelKind: ChannelKind;
  /** A URL, or e-mail addresses; empty for the browser. */
  target: string;
  config: { [name: string]: Json };
  enabled: boolean;
  /** Signs what is sent. Never in an event, never in a read. */
  secret: string | null;
  /** The one before, which still signs for a while after a rotation. */
  previousSecret: string | null;
  secretRotatedAt: string | null;
  removedAt: string | null;
  createdAt: string;
  updatedAt: string;
}

/** One notification on its way to one channel, with what became of it. pending → delivered, or failed when its tries are used up. */
export interface Delivery extends RowBase {
  channelId: string;
  alertId: string | null;
  /** What it tells: `alert.fired`, `alert.resolved`, `test` … */
  event: string;
  status: "pending" | "delivered" | "failed";
  attempts: number;
  nextAt: string | null;
  payload: Json;
  responseStatus: number | null;
  error: string | null;
  /** The delivery this one sends again. */
  replayOf: string | null;
  createdAt: string;
  deliveredAt: string | null;
  updatedAt: string;
}
