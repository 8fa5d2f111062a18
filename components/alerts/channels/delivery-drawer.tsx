"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { RotateCw } from "lucide-react";
import Link from "next/link";
import type { ReactNode } from "react";
import { deliveryEndpoints } from "../../../domain/alerts/notification-endpoints.ts";
import { eventEndpoints } from "../../../domain/commit/endpoints.ts";
import { pathTo } from "../../../domain/kernel/endpoint.ts";
import { alertHref } from "../../../domain/kernel/links.ts";
import { isEvent } from "../../../domain/kernel/read-event.ts";
import { api } from "../../live/api.ts";
import { useRow } from "../../live/rows.ts";
import { isLean } from "../../live/whole.ts";
import { Button } from "../../ui/button.tsx";
import { CopyId } from "../../ui/copy-id.tsx";
import { Drawer } from "../../ui/drawer.tsx";
import { ErrorState } from "../../ui/empty-state.tsx";
import { JsonTree } from "../../ui/json-tree.tsx";
import { PageSkeleton } from "../../ui/skeleton.tsx";
import { Countdown, Duration, RelativeTime } from "../../ui/time.tsx";
import { type DeliveryRow, errorHelp, eventWords, isOver, tookMs, webhookIdOf } from "./channel-model.ts";
import { DeliveryBadge } from "./delivery-badge.tsx";

interface DeliveryDrawerProps {
  /** Null: closed. */
  deliveryId: string | null;
  /** The delivery, if the log shows it. */
  known: DeliveryRow | undefined;
  channel: (channelId: string) => string;
  mayReplay: (delivery: DeliveryRow) => boolean;
  onReplay: (delivery: DeliveryRow) => void;
  onClose: () => void;
}

/** Everything about one delivery: what was sent, try by try what came of it. */
export function DeliveryDrawer({ deliveryId, known, channel, mayReplay, onReplay, onClose }: DeliveryDrawerProps) {
  const asked = useQuery({
    queryKey: ["deliveries", "one", deliveryId],
    queryFn: ({ signal }) => api.get(pathTo(deliveryEndpoints.one, { id: deliveryId ?? "" }), signal),
    enabled: deliveryId !== null && (!known || isLean(known)),
    retry: false,
  });
  const delivery = useRow("delivery", deliveryId ?? "", known ?? asked.data);
  const shown = deliveryId === null || !delivery ? undefined : withPayload(delivery, asked.data);
  return (
    <Drawer
      open={deliveryId !== null}
      onClose={onClose}
      title={shown ? `${eventWords(shown.event)}, to ${channel(shown.channelId)}` : "Delivery"}
      head={
        shown && (
          <div className="flex flex-wrap items-center gap-2">
            <DeliveryBadge delivery={shown} />
            <CopyId id={shown.id} />
            {mayReplay(shown) && isOver(shown) && (
              <Button size="sm" className="ml-auto" onClick={() => onReplay(shown)}>
                <RotateCw aria-hidden className="size-3" /> Replay
              </Button>
            )}
          </div>
        )
      }
    >
      {asked.isError && !shown && <ErrorState detail={asked.error.message} onRetry={() => void asked.refetch()} />}
      {!shown && asked.isLoading && <PageSkeleton rows={4} />}
      {shown && <Details delivery={shown} />}
    </Drawer>
  );
}

/** The delivery with its payload, where a list left that out and it has been asked for. */
const withPayload = (delivery: DeliveryRow, asked: DeliveryRow | undefined): DeliveryRow =>
  asked && isLean(delivery) ? { ...delivery, payload: asked.payload } : delivery;

function Details({ delivery }: { delivery: DeliveryRow }) {
  const {
    alertId,
    attempts,
    createdAt,
    deliveredAt,
    digestId,
    error,
    event,
    nextAt,
    payload,
    replayOf,
    responseStatus,
  } = delivery;
  const help = errorHelp(error);
  return (
    <div className="space-y-4">
      {error && (
        <div className="rounded-md bg-danger-soft px-2.5 py-2 text-body">
          <p className="break-words text-danger">{error}</p>
          {help && <p className="mt-1 text-ink">{help}</p>}
        </div>
      )}
      <dl className="grid grid-cols-[8rem_minmax(0,1fr)] gap-x-3 gap-y-1.5 text-body">
        <Fact name="About">
          {eventWords(event)} <span className="font-mono text-small text-muted">{event}</span>
        </Fact>
        {alertId !== null && (
          <Fact name="Alert">
            <Link href={alertHref(alertId)} className="link font-mono text-small break-all">
              {alertId}
            </Link>
          </Fact>
        )}
        <Fact name="webhook-id">
          <CopyId id={webhookIdOf(delivery)} />
        </Fact>
        {digestId !== null && digestId !== undefined && (
          <Fact name="Sent in digest">
            <Link href={`?delivery=${encodeURIComponent(digestId)}`} className="link font-mono text-small break-all">
              {digestId}
            </Link>
          </Fact>
        )}
        {replayOf && <Fact name="Sends again">{replayOf}</Fact>}
        <Fact name="Begun">
          <RelativeTime at={createdAt} />
        </Fact>
        <Fact name="Tries">{attempts}</Fact>
        {nextAt && (
          <Fact name={delivery.status === "collecting" ? "Goes out in" : "Next try in"}>
            <Countdown to={nextAt} />
          </Fact>
        )}
        {deliveredAt && (
          <Fact name="Delivered">
            <RelativeTime at={deliveredAt} />, after <Duration ms={tookMs(delivery)} />
          </Fact>
        )}
        {responseStatus !== null && <Fact name="Last answer">HTTP {responseStatus}</Fact>}
      </dl>
      <Tries delivery={delivery} />
      {event === "alert.digest" && <Digested delivery={delivery} />}
      <section aria-label="Content">
        <h3 className="mb-1 text-small font-semibold text-muted">Content</h3>
        <JsonTree value={payload} className="rounded-md border border-line bg-inset p-2" />
      </section>
    </div>
  );
}

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <>
    <dt className="text-muted">{name}</dt>
    <dd className="min-w-0 break-words tabular-nums">{children}</dd>
  </>
);

/** Try by try, as the log has it, the first on top. */
function Tries({ delivery }: { delivery: DeliveryRow }) {
  const { id, attempts } = delivery;
  const tries = useQuery({
    queryKey: ["deliveries", "tries", id, attempts],
    queryFn: ({ signal }) => {
      const path = pathTo(eventEndpoints.list, { subject: `delivery:${id}`, limit: 50, large: "omit" });
      return api.get(path, signal);
    },
    enabled: attempts > 0,
    placeholderData: keepPreviousData,
  });
  const items = (tries.data?.items ?? []).filter((event) =>
    isEvent(event, "delivery.succeeded", "delivery.deferred", "delivery.failed"),
  );
  if (items.length === 0) return null;
  return (
    <section aria-label="Tries">
      <h3 className="mb-1 text-small font-semibold text-muted">Try by try</h3>
      <ol className="space-y-1 text-body">
        {items.map(({ seq, at, payload }) => {
          const { attempt, responseStatus, error } = payload;
          return (
            <li key={seq} className="flex gap-2">
              <span className="w-5 shrink-0 text-right text-muted tabular-nums">{attempt}.</span>
              <span className="min-w-0 flex-1 break-words">
                {error ?? (responseStatus ? `answered ${responseStatus}` : "taken")}
              </span>
              <RelativeTime at={at} className="shrink-0 text-muted" />
            </li>
          );
        })}
      </ol>
    </section>
  );
}

const LISTED = 100;

/** The notifications that a digest stands for. */
function Digested({ delivery: { id, seq } }: { delivery: DeliveryRow }) {
  const entries = useQuery({
    queryKey: ["deliveries", "digested", id, seq],
    queryFn: ({ signal }) =>
      api.get(pathTo(deliveryEndpoints.list, { digestId: id, limit: LISTED, large: "omit" }), signal),
    placeholderData: keepPreviousData,
  });
  const items = entries.data?.items ?? [];
  return (
    <section aria-label="In this digest">
      <h3 className="mb-1 text-small font-semibold text-muted">
        In this digest: {entries.data?.nextCursor ? `the latest ${items.length}` : items.length}
      </h3>
      <ul className="max-h-60 space-y-0.5 overflow-y-auto text-body">
        {items.map((one) => (
          <li key={one.id} className="flex gap-2">
            <span className="shrink-0 text-muted">{eventWords(one.event)}</span>
            {one.alertId !== null && (
              <Link href={alertHref(one.alertId)} className="link truncate font-mono text-small">
                {one.alertId}
              </Link>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
