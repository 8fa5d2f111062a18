import { channelEndpoints } from "../../../domain/alerts/notification-endpoints.ts";
import { pathTo } from "../../../domain/kernel/endpoint.ts";
import { api } from "../../live/api.ts";
import { type Written, writeIfSame } from "../../live/if-unmoved.ts";
import { type Facts, onOff } from "../../ui/meanwhile-model.ts";
import { spanWords } from "../../ui/span.ts";
import type { ChannelPut } from "./channel-draft.ts";
import { type ChannelRow, channelLook } from "./channel-model.ts";

/** A channel as a call answers it: with its secret, if the call has made one. */
export type ChannelAnswer = ChannelRow & { secret?: string; receipt?: unknown };

type ChannelWritten = Promise<Written<ChannelAnswer, ChannelRow>>;

/** A channel as its form shows it, field by field. */
export function channelFacts({ name, target, enabled, channelKind, config }: ChannelRow): Facts {
  const { stormThreshold, stormWindowMs } = config;
  const look = channelLook(channelKind);
  return {
    Name: name,
    ...(look.target && { [look.target.label]: target }),
    "Messages one by one": stormThreshold === undefined ? "As the server has it" : String(stormThreshold),
    Within: stormWindowMs === undefined ? "1 minute" : spanWords(stormWindowMs),
    "The channel": onOff(enabled),
  };
}

/**
 * Whether a channel is now what it was seen as; null: it was not there. A secret put by hand shows
 * nowhere, one that was rotated by its time.
 */
const isSameAs = (seen: ChannelRow | null) => (now: ChannelRow) =>
  seen === null
    ? now.removedAt !== null
    : now.removedAt === null &&
      now.secretRotatedAt === seen.secretRotatedAt &&
      JSON.stringify(channelFacts(now)) === JSON.stringify(channelFacts(seen));

/**
 * Writes a channel, unless somebody has changed it since it was seen, or made it when it was not
 * there.
 * @throws SwitchyardError
 */
export const putChannel = (channelId: string, body: ChannelPut, seen: ChannelRow | null): ChannelWritten =>
  writeIfSame(
    (tag) => api.putIf(pathTo(channelEndpoints.put, { id: channelId }), tag, body),
    seen,
    // Who gives a secret of their own must not replace another that was given meanwhile.
    (now) => isSameAs(seen)(now) && (seen === null || body.secret === undefined),
  );

/**
 * Removes a channel, unless somebody has changed it since it was seen.
 * @throws SwitchyardError
 */
export const removeChannel = (seen: ChannelRow): ChannelWritten =>
  writeIfSame((tag) => api.deleteIf(pathTo(channelEndpoints.remove, { id: seen.id }), tag), seen, isSameAs(seen));

/**
 * Gives a channel a new secret, unless somebody has done so, or changed it, since it was seen.
 * @throws SwitchyardError
 */
export const rotateSecret = (seen: ChannelRow): ChannelWritten =>
  writeIfSame((tag) => api.postIf(pathTo(channelEndpoints.rotate, { id: seen.id }), tag, {}), seen, isSameAs(seen));

/** What to say to who acted on a channel that is another now. */
export const meanwhileWords = ({ removedAt }: ChannelRow): string =>
  removedAt === null ? "Somebody changed it meanwhile: check it again." : "Somebody removed it meanwhile.";
