"use client";

import { RotateCw } from "lucide-react";
import Link from "next/link";
import { memo } from "react";
import { alertHref } from "../../../domain/kernel/links.ts";
import { Button } from "../../ui/button.tsx";
import { TableRow, Td } from "../../ui/table.tsx";
import { Countdown, RelativeTime } from "../../ui/time.tsx";
import { type DeliveryRow, deliveryState, eventWords, isOver } from "./channel-model.ts";
import { DeliveryBadge } from "./delivery-badge.tsx";

/** Where a delivery's alert can be looked at. */
interface DeliveryLineProps {
  delivery: DeliveryRow;
  /** Its channel's name. */
  channel: string;
  mayReplay: boolean;
  onOpen: (deliveryId: string) => void;
  onReplay: (delivery: DeliveryRow) => void;
}

/** A delivery as a line of the log. */
export const DeliveryLine = memo(function DeliveryLine(props: DeliveryLineProps) {
  const { delivery, channel, mayReplay, onOpen, onReplay } = props;
  const { id, event, alertId, attempts, createdAt, replayOf } = delivery;
  return (
    <TableRow>
      <Td className="w-px">
        <DeliveryBadge delivery={delivery} />
      </Td>
      <Td className="py-1">
        <button
          type="button"
          onClick={() => onOpen(id)}
          className="text-left font-medium hover:underline sm:whitespace-nowrap"
        >
          {eventWords(event)}
        </button>
        {replayOf && <span className="text-muted"> · again</span>}
        <span className="block text-small text-muted sm:hidden">
          {channel} · <RelativeTime at={createdAt} />
        </span>
        <span className="block text-small text-muted md:hidden">
          <Answer delivery={delivery} />
        </span>
      </Td>
      <Td className="hidden max-w-48 truncate sm:table-cell">{channel}</Td>
      <Td className="hidden max-w-72 truncate lg:table-cell">
        {alertId === null ? (
          <span className="text-faint">–</span>
        ) : (
          <Link href={alertHref(alertId)} className="link font-mono text-small" title={alertId}>
            {alertId}
          </Link>
        )}
      </Td>
      <Td numeric className="hidden md:table-cell">
        {attempts}
      </Td>
      <Td className="hidden max-w-80 truncate text-muted md:table-cell">
        <Answer delivery={delivery} />
      </Td>
      <Td numeric className="hidden text-muted sm:table-cell">
        <RelativeTime at={createdAt} />
      </Td>
      <Td className="text-right">
        {mayReplay && isOver(delivery) && (
          <Button size="sm" onClick={() => onReplay(delivery)} aria-label={`Replay ${id}`}>
            <RotateCw aria-hidden className="size-3" /> <span className="max-sm:hidden">Replay</span>
          </Button>
        )}
      </Td>
    </TableRow>
  );
});

/** What the receiver said last, and when it is asked again. */
function Answer({ delivery }: { delivery: DeliveryRow }) {
  const { responseStatus, error, nextAt, status } = delivery;
  if (status === "collecting" && nextAt) {
    return (
      <>
        goes out in <Countdown to={nextAt} />
      </>
    );
  }
  const said = error ?? (responseStatus === null ? null : String(responseStatus));
  return (
    <>
      {said !== null && <span title={said}>{said}</span>}
      {deliveryState(delivery) === "retrying" && nextAt && (
        <>
          {" "}
          · again in <Countdown to={nextAt} />
        </>
      )}
    </>
  );
}
