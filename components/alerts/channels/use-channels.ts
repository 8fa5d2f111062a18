"use client";

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { channelEndpoints, deliveryEndpoints } from "../../../domain/alerts/notification-endpoints.ts";
import { pathTo } from "../../../domain/kernel/endpoint.ts";
import type { Sent } from "../../../domain/kernel/wire.ts";
import { api } from "../../live/api.ts";
import { mustBeDone } from "../../live/if-unmoved.ts";
import { type ListPage, placed } from "../../live/live-list.ts";
import { useTopicRows } from "../../live/rows.ts";
import { useCommand } from "../../live/use-command.ts";
import { type LiveList, useLiveList, useTopicOf } from "../../live/use-live-list.ts";
import {
  type ChannelRow,
  type DeliveryFilter,
  type DeliveryPage,
  type DeliveryRow,
  latestByChannel,
  newestDeliveryFirst,
  passes,
} from "./channel-model.ts";
import { deliveriesPath } from "./delivery-filter.ts";
import { meanwhileWords, putChannel, removeChannel, rotateSecret } from "./put-channel.ts";

const TOPIC = "rules";
const NONE: readonly never[] = [];

/** A test is waited for by the server for up to 15 s. */
const TEST_TIMEOUT_MS = 25_000;

/** Channels by name, live. `initial` must keep its identity while it has the same content. */
export function useChannels(initial: readonly Sent<"channel">[] = NONE): ChannelRow[] {
  const rows = useTopicRows(TOPIC, "channel", initial);
  return useMemo(
    () => rows.filter(({ removedAt }) => removedAt === null).sort((a, b) => (a.name < b.name ? -1 : 1)),
    [rows],
  );
}

/**
 * The delivery log through a filter, the newest first, live. `first` is the page the server
 * rendered, if for this filter.
 */
export function useDeliveries(
  filter: DeliveryFilter,
  first: { path: string; page: DeliveryPage } | undefined,
): LiveList<DeliveryRow> {
  const path = deliveriesPath(filter);
  const initial = first?.path === path ? (first.page as ListPage<DeliveryRow>) : undefined;
  return useLiveList<DeliveryRow>({
    key: ["deliveries", path],
    load: (cursor, signal) => api.get(deliveriesPath(filter, cursor), signal),
    initial,
    live: useTopicOf<DeliveryRow>(TOPIC, "delivery", initial),
    join: useMemo(() => placed((row: DeliveryRow) => passes(filter, row), newestDeliveryFirst), [filter]),
    keepPrevious: true,
  });
}

/**
 * The latest delivery to a channel: from the live rows, else from the server. Null: none yet.
 * Undefined: not known yet.
 */
export function useLatestDelivery(channelId: string, enabled: boolean): DeliveryRow | null | undefined {
  const live = useTopicRows(TOPIC, "delivery");
  const seen = useMemo(() => latestByChannel(live).get(channelId), [live, channelId]);
  const { data } = useQuery({
    queryKey: ["deliveries", "latest", channelId],
    queryFn: async ({ signal }) => {
      const path = pathTo(deliveryEndpoints.list, { limit: 1, large: "omit", channelId });
      return (await api.get(path, signal)).items[0] ?? null;
    },
    enabled: enabled && !seen,
  });
  return seen ?? (data as DeliveryRow | null | undefined);
}

const toggled = ({ channelKind: kind, target }: ChannelRow, enabled: boolean) => ({ kind, target, enabled });

/** What can be done to channels and deliveries; each shows its own failure. */
export function useChannelCommands(onSecret: (secret: string, channel: ChannelRow) => void) {
  const toggle = useCommand(
    async (channel: ChannelRow, enabled: boolean) => {
      return mustBeDone(await putChannel(channel.id, toggled(channel, enabled), channel), meanwhileWords);
    },
    {
      commits: (channel, enabled) => [[{ type: "channel.put", channelId: channel.id, ...toggled(channel, enabled) }]],
      failure: "The channel could not be changed",
    },
  );
  const rotate = useCommand(
    async (seen: ChannelRow) => {
      const { secret, ...channel } = mustBeDone(await rotateSecret(seen), meanwhileWords);
      // The secret goes to the dialog that shows it once, and into no cache.
      if (secret !== undefined) onSecret(secret, channel as ChannelRow);
      return channel as ChannelRow;
    },
    { failure: "The secret could not be rotated" },
  );
  const remove = useCommand(async (seen: ChannelRow) => mustBeDone(await removeChannel(seen), meanwhileWords), {
    success: (_, { name }) => `Channel ${name} removed`,
    failure: "The channel could not be removed",
  });
  const test = useCommand(
    ({ id }: ChannelRow) => api.post(pathTo(channelEndpoints.test, { id }), {}, undefined, TEST_TIMEOUT_MS),
    { failure: "The test was not sent" },
  );
  return { toggle, rotate, remove, test };
}

export type ChannelCommands = ReturnType<typeof useChannelCommands>;

/** Sends a delivery again. */
export function useReplay(onDone: (delivery: DeliveryRow) => void) {
  return useCommand(({ id }: DeliveryRow) => api.post(pathTo(deliveryEndpoints.replay, { id }), {}), {
    success: "The delivery is sent again",
    failure: "The delivery could not be sent again",
    onDone,
  });
}
