import { signs } from "../../../domain/alerts/channel.ts";
import type { NoticeEvent } from "../../../domain/alerts/contract.ts";
import type { deliveryEndpoints } from "../../../domain/alerts/notification-endpoints.ts";
import type { AnswerOf } from "../../../domain/kernel/endpoint.ts";
import { ownOf } from "../../../domain/kernel/json-map.ts";
import type { ChannelKind, DeliveryStatus } from "../../../domain/kernel/statuses.ts";
import { latestFirst } from "../../live/live-list.ts";
import type { Live } from "../../live/newer.ts";

export type ChannelRow = Live<"channel">;
export type DeliveryRow = Live<"delivery">;

export type DeliveryPage = AnswerOf<typeof deliveryEndpoints.list>;

interface KindLook {
  label: string;
  says: string;
  /** What the target is called in the form; null for kinds that have none. */
  target: { label: string; placeholder: string; hint?: string } | null;
}

/** The kinds of channels as people read them. */
export const CHANNEL_LOOKS: { readonly [kind in ChannelKind]: KindLook } = {
  webhook: {
    label: "Webhook",
    says: "A signed POST by Standard Webhooks to a program of your own.",
    target: { label: "URL", placeholder: "https://example.com/hook", hint: "Shown in full: put no token into it" },
  },
  alertmanager: {
    label: "Alertmanager",
    says: "A signed POST of the shape that Prometheus Alertmanager sends to its webhook receivers.",
    target: { label: "URL", placeholder: "https://example.com/alerts", hint: "Shown in full: put no token into it" },
  },
  slack: {
    label: "Slack",
    says: "A message by an incoming webhook of Slack, or of what takes the same.",
    target: {
      label: "Incoming webhook URL",
      placeholder: "https://hooks.slack.com/services/…",
      hint: "A secret itself: from now on only its host is shown",
    },
  },
  email: {
    label: "E-mail",
    says: "A mail to one or several people, by the server's SMTP account.",
    target: { label: "Addresses", placeholder: "ops@example.com, night@example.com", hint: "Several with commas" },
  },
  browser: {
    label: "Browser",
    says: "Open consoles show a notification themselves, where somebody has allowed it; nothing is sent.",
    target: null,
  },
};

export const hasSecret = signs;

/**
 * Whether anything is ever sent to a channel of that kind, so that it can be tested and has
 * deliveries.
 */
export const isSentTo = (kind: ChannelKind): boolean => kind !== "browser";

const EVENTS = {
  test: "Test",
  "alert.fired": "Alert fired",
  "alert.reopened": "Alert fired again",
  "alert.unacknowledged": "Acknowledgement ended",
  "alert.woken": "Snooze ended",
  "alert.escalated": "Nobody acknowledged",
  "alert.resolved": "Alert resolved",
  "alert.digest": "Digest of a storm",
} as const satisfies { [E in NoticeEvent]: string };

/** What a delivery is about, in words. */
export const eventWords = (event: string): string => ownOf<string>(EVENTS, event) ?? event;

/** The status of a delivery. `retrying`: pending, and refused before. */
export type DeliveryState = "sending" | "retrying" | Exclude<DeliveryStatus, "pending">;

export function deliveryState({ status, attempts }: Pick<DeliveryRow, "status" | "attempts">): DeliveryState {
  if (status !== "pending") return status;
  return attempts > 0 ? "retrying" : "sending";
}

/** Whether it has ended, so that it can be sent again. */
export const isOver = ({ status }: Pick<DeliveryRow, "status">): boolean =>
  status !== "pending" && status !== "collecting";

/** The id that the receiver knows the delivery by: a replay keeps the one it had. */
export const webhookIdOf = ({ id, replayOf }: Pick<DeliveryRow, "id" | "replayOf">): string => replayOf ?? id;

/** How long it took from the beginning to its end, ms; null while it is on its way. */
export function tookMs(delivery: DeliveryRow): number | null {
  const { createdAt, updatedAt } = delivery;
  return !isOver(delivery) ? null : Math.max(0, Date.parse(updatedAt) - Date.parse(createdAt));
}

const REFUSED =
  "By default this server sends to public addresses by https:// alone, so that nobody reaches its neighbours through it. Whoever runs it can open others with SWITCHYARD_ALLOW_PRIVATE_TARGETS.";

const HELP: readonly (readonly [RegExp, string])[] = [
  [/not a public one|only https:\/\//, REFUSED],
  [/redirects are not followed/, "Give the address that it redirects to."],
  [/^answered 410/, "The receiver says that it never wants this again, so it is not tried again."],
  [/^answered 40[13]/, "The receiver wants something that is not sent: check its address and its secret."],
  [/^answered 404/, "Nothing is there at that address: check the path."],
  [/^answered 429/, "The receiver has had too many; its Retry-After is kept to."],
  [/no answer in time/, "Receivers have 10 s to answer. Answer first, then do what takes long."],
  [/ENOTFOUND|EAI_AGAIN/, "The host's name leads nowhere."],
  [/ECONNREFUSED/, "Nobody listens at that address and port."],
  [/CERT|SELF_SIGNED|ALTNAME/i, "Its certificate is not one that is trusted."],
];

/** What an operator can do about an error of a delivery, where that is known. */
export function errorHelp(error: string | null): string | undefined {
  if (error === null) return undefined;
  return HELP.find(([pattern]) => pattern.test(error))?.[1];
}

const PRIVATE =
  /^(localhost|.*\.(local|internal|lan|home|localdomain)|127\..*|10\..*|192\.168\..*|169\.254\..*|172\.(1[6-9]|2\d|3[01])\..*|0\.0\.0\.0|\[(::1?|f[cd].*|fe80.*)\])$/i;

/**
 * Why a target that can be written may still be refused when it is sent to; undefined for public
 * ones.
 */
export function targetWarning(kind: ChannelKind, target: string): string | undefined {
  if (kind === "email" || kind === "browser" || !URL.canParse(target)) return undefined;
  const { protocol, hostname } = new URL(target);
  if (PRIVATE.test(hostname)) return `This looks like a private address. ${REFUSED}`;
  return protocol === "http:" ? REFUSED : undefined;
}

/** Rules that notify a channel, at once or by a step of their escalation. */
export function rulesOf<R extends { channels: string[]; escalation: { channels: string[] }[] }>(
  channelId: string,
  rules: readonly R[],
): R[] {
  return rules.filter(({ channels, escalation }) =>
    [...channels, ...escalation.flatMap((step) => step.channels)].includes(channelId),
  );
}

export interface DeliveryFilter {
  channelId: string | null;
  status: readonly DeliveryStatus[];
}

/** Whether a filter lets a delivery through. */
export const passes = (filter: DeliveryFilter, row: DeliveryRow): boolean =>
  (filter.channelId === null || row.channelId === filter.channelId) &&
  (filter.status.length === 0 || filter.status.includes(row.status));

/** As the server lists deliveries. */
export const newestDeliveryFirst = latestFirst((row: DeliveryRow) => row.createdAt);

/** The latest delivery of each channel. */
export function latestByChannel(rows: readonly DeliveryRow[]): Map<string, DeliveryRow> {
  const latest = new Map<string, DeliveryRow>();
  for (const row of rows) {
    const known = latest.get(row.channelId);
    if (!known || newestDeliveryFirst(row, known) < 0) latest.set(row.channelId, row);
  }
  return latest;
}

/** Label and texts of a kind of channel; an unknown kind is shown by its own name. */
export const channelLook = (kind: string): KindLook =>
  ownOf(CHANNEL_LOOKS, kind) ?? {
    label: kind,
    says: "A kind of channel that this page does not know yet.",
    target: null,
  };
