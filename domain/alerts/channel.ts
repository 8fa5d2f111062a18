import { z } from "zod";
import { id, label, text } from "../kernel/primitives.ts";
import { CHANNEL_KINDS, type ChannelKind } from "../kernel/statuses.ts";
import { DAY_MS, HOUR_MS } from "../kernel/time.ts";
import { must, Refusal, type Tx } from "../kernel/tx.ts";
import type { Channel, ChannelConfig } from "./contract.ts";
import { addressesOf, addressFault, hiddenAddresses } from "./email-address.ts";

/**
 * One notification on its way to one channel, with what became of it. pending → delivered, or
 * failed when its tries are used up; a digest is collecting before it is pending, and its entries
 * are `digested`.
 */

/** A secret as Standard Webhooks writes it: 24 to 64 bytes. */
const secret = z.string().regex(/^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/, "must be `whsec_` and 24 to 64 bytes in base64");

const config = z.strictObject({
  stormThreshold: z.int().min(1).max(1000).optional().meta({
    description: "So many notifications within the window go out one by one, 10 if left out; the rest in a digest",
  }),
  stormWindowMs: z.int().min(1000).max(HOUR_MS).optional().meta({ description: "A minute if left out" }),
});

export const channelPut = z
  .strictObject({
    type: z.literal("channel.put"),
    channelId: id,
    kind: z.enum(CHANNEL_KINDS),
    /** An http(s) URL; e-mail addresses, separated by commas; empty for the browser. */
    target: text.max(2000),
    name: label.optional(),
    config: config.optional(),
    enabled: z.boolean().optional(),
    /** Signs what is sent; left out, one is made. */
    secret: secret.optional(),
  })
  .check((ctx) => {
    const { kind, target } = ctx.value;
    const fault = targetFault(kind, target);
    if (fault) ctx.issues.push({ code: "custom", message: fault, path: ["target"], input: target });
    if (ctx.value.secret !== undefined && !signs(kind)) {
      ctx.issues.push({ code: "custom", message: `${kind} has no signature`, path: ["secret"], input: kind });
    }
  });

export const channelRemove = z.strictObject({ type: z.literal("channel.remove"), channelId: id });
export const channelRotate = z.strictObject({ type: z.literal("channel.rotate"), channelId: id });

/** Kinds whose requests carry a Standard Webhooks signature. */
export const signs = (kind: ChannelKind): boolean => kind === "webhook" || kind === "alertmanager";

/** For how long the secret before a rotation goes on signing, ms. */
export const ROTATION_MS = DAY_MS;

/** What stands for the secret part of a Slack URL. */
const HIDDEN = "/…";

function targetFault(kind: ChannelKind, target: string): string | undefined {
  if (kind === "browser") return target === "" ? undefined : "must be empty for the browser";
  if (kind === "email") return addressFault(target);
  if (!/^https?:\/\/[^\s\\]+$/.test(target) || !URL.canParse(target)) return "must be a URL that begins with https://";
  const url = new URL(target);
  if (url.username || url.password) return "must not hold a user name or a password";
  return url.hash ? "must not hold a fragment" : undefined;
}

/** The channel, unless it was removed. */
export function channelOf(tx: Tx, channelId: string): Readonly<Channel> {
  const channel = must(tx, "channel", channelId);
  if (channel.removedAt) throw new Refusal("not_found", `channel ${channelId} does not exist`);
  return channel;
}

/** A new secret in Standard Webhooks' form, 48 bytes at most. */
function makeSecret(tx: Tx): string {
  return `whsec_${btoa(
    tx
      .newSecret()
      .replace(/[^0-9A-Za-z]/g, "")
      .slice(-48),
  )}`;
}

/**
 * Writes a channel, new or not. Its kind stays what it is, and so does its secret, unless another
 * is given.
 */
export function putChannel(tx: Tx, m: z.infer<typeof channelPut>): Channel {
  const stored = tx.get("channel", m.channelId);
  const known = stored?.removedAt === null ? stored : undefined;
  if (known && known.channelKind !== m.kind) {
    throw new Refusal("not_permitted", `channel ${m.channelId} is of kind ${known.channelKind}: put another instead`);
  }
  tx.put("channel", {
    ...stored,
    id: m.channelId,
    name: m.name ?? known?.name ?? m.channelId,
    channelKind: m.kind,
    target: targetOf(m),
    config: (m.config ?? known?.config ?? {}) as ChannelConfig,
    enabled: m.enabled ?? known?.enabled ?? true,
    secret: secretFor(tx, m, known),
    previousSecret: known?.previousSecret ?? null,
    secretRotatedAt: known?.secretRotatedAt ?? null,
    removedAt: null,
    createdAt: known?.createdAt ?? tx.at,
    updatedAt: tx.at,
  });
  const channel = must(tx, "channel", m.channelId);
  const { channelKind: kind, name, target, config, enabled } = channel;
  tx.emit({
    type: "channel.put",
    subject: { kind: "channel", id: channel.id },
    // The log is kept and passed on: it need not say whose addresses these are.
    payload: { kind, name, target: kind === "email" ? hiddenAddresses(target) : target, config, enabled },
  });
  return channel;
}

function targetOf({ kind, target }: z.infer<typeof channelPut>): string {
  if (kind === "slack") return `${new URL(target).origin}${HIDDEN}`;
  return kind === "email" ? addressesOf(target).join(", ") : target;
}

function secretFor(tx: Tx, m: z.infer<typeof channelPut>, known: Readonly<Channel> | undefined): string | null {
  if (signs(m.kind)) return m.secret ?? known?.secret ?? makeSecret(tx);
  if (m.kind !== "slack") return null;
  if (!m.target.endsWith(HIDDEN)) return m.target;
  if (known?.target === m.target) return known.secret;
  throw new Refusal("not_permitted", "target: give the whole URL; what is shown leaves out its secret part");
}

/** Gives a channel a new secret; the old one goes on signing for a day. */
export function rotateChannel(tx: Tx, m: z.infer<typeof channelRotate>): Channel {
  const channel = channelOf(tx, m.channelId);
  if (!signs(channel.channelKind)) {
    throw new Refusal("not_permitted", `channel ${channel.id} is of kind ${channel.channelKind}, which has no secret`);
  }
  tx.put("channel", {
    ...channel,
    secret: makeSecret(tx),
    previousSecret: channel.secret,
    secretRotatedAt: tx.at,
    updatedAt: tx.at,
  });
  tx.emit({ type: "channel.rotated", subject: { kind: "channel", id: channel.id }, payload: { name: channel.name } });
  return must(tx, "channel", channel.id);
}

/** Removes a channel with its secrets; rules that name it no longer notify it. */
export function removeChannel(tx: Tx, m: z.infer<typeof channelRemove>): Channel {
  const channel = channelOf(tx, m.channelId);
  tx.put("channel", {
    ...channel,
    enabled: false,
    secret: null,
    previousSecret: null,
    removedAt: tx.at,
    updatedAt: tx.at,
  });
  // A channel that is put under its id joins no digest of this one's.
  const pace = tx.get("pace", channel.id);
  if (pace) tx.put("pace", { ...pace, recent: [], digestId: null });
  tx.emit({ type: "channel.removed", subject: { kind: "channel", id: channel.id }, payload: { name: channel.name } });
  return must(tx, "channel", channel.id);
}
