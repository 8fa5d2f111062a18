"use client";

import { useQuery } from "@tanstack/react-query";
import Link from "next/link";
import { useMemo } from "react";
import { deliveryEndpoints } from "../../domain/alerts/notification-endpoints.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
import { channelHref, ruleHref } from "../../domain/kernel/links.ts";
import { api } from "../live/api.ts";
import { type ListPage, placed } from "../live/live-list.ts";
import { useTopicRows } from "../live/rows.ts";
import { Button } from "../ui/button.tsx";
import { formatPlural } from "../ui/format.ts";
import { Skeleton } from "../ui/skeleton.tsx";
import { Countdown, RelativeTime } from "../ui/time.tsx";
import type { AlertRow } from "./alert-model.ts";
import { type DeliveryRow, eventWords, newestDeliveryFirst } from "./channels/channel-model.ts";
import { DeliveryBadge } from "./channels/delivery-badge.tsx";
import { useChannels } from "./channels/use-channels.ts";

const SHOWN = 50;

/** Who was notified of the alert: each notification and its status, live. */
export function AlertNotified({ alert }: { alert: AlertRow }) {
  const query = useQuery({
    queryKey: ["alerts", "notified", alert.id],
    queryFn: ({ signal }) =>
      api.get(pathTo(deliveryEndpoints.list, { alertId: alert.id, limit: SHOWN, large: "omit" }), signal),
  });
  const live = useTopicRows("rules", "delivery");
  const names = new Map(useChannels().map(({ id, name }) => [id, name]));
  const deliveries = useMemo(
    () =>
      placed((row: DeliveryRow) => row.alertId === alert.id, newestDeliveryFirst)(
        query.data ? [query.data as ListPage<DeliveryRow>] : [],
        live as readonly DeliveryRow[],
        "all",
      ).shown,
    [query.data, live, alert.id],
  );
  return (
    <section aria-label="Notified">
      <h3 className="text-small font-semibold text-muted">Notified</h3>
      {query.isPending && <Skeleton className="mt-2 h-10" />}
      {query.isError && (
        <p role="alert" className="mt-2 flex items-center gap-2 text-body text-muted">
          {query.error.message}
          <Button size="sm" onClick={() => void query.refetch()}>
            Try again
          </Button>
        </p>
      )}
      {alert.heldAt && alert.status !== "resolved" && (
        <p className="mt-2 text-body text-muted">
          Not notified on its own while its cause is open, since <RelativeTime at={alert.heldAt} />.
        </p>
      )}
      {query.isSuccess && deliveries.length === 0 && !alert.heldAt && (
        <p className="mt-2 text-body text-muted">
          Nobody: its rule names no channel.{" "}
          <Link href={ruleHref(alert.rule)} className="link underline">
            Name some
          </Link>
        </p>
      )}
      <ol className="mt-2 space-y-2">
        {deliveries.map((delivery) => (
          <Notified
            key={delivery.id}
            delivery={delivery}
            channel={names.get(delivery.channelId) ?? delivery.channelId}
          />
        ))}
      </ol>
    </section>
  );
}

function Notified({ delivery, channel }: { delivery: DeliveryRow; channel: string }) {
  const { event, attempts, createdAt, deliveredAt, status, nextAt, error } = delivery;
  return (
    <li className="text-body">
      <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
        <DeliveryBadge delivery={delivery} />
        <span>
          <Link href={channelHref(delivery.channelId)} className="link">
            {channel}
          </Link>{" "}
          <span className="text-muted">
            {eventWords(event).toLowerCase()}, <RelativeTime at={createdAt} />
          </span>
        </span>
      </p>
      <p className="mt-0.5 text-small break-words text-muted">
        {status === "delivered" && (
          <>
            notified <RelativeTime at={deliveredAt} /> after{" "}
            {attempts === 1 ? "one try" : formatPlural(attempts, "try", "tries")}
          </>
        )}
        {status === "failed" && `given up after ${formatPlural(attempts, "try", "tries")}`}
        {status === "pending" && attempts > 0 && (
          <>
            {formatPlural(attempts, "try", "tries")} so far
            {nextAt && (
              <>
                , next in <Countdown to={nextAt} />
              </>
            )}
          </>
        )}
        {error && `: ${error}`}
      </p>
    </li>
  );
}
