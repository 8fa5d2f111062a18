"use client";

import { parseAsArrayOf, parseAsString, parseAsStringLiteral, useQueryState } from "nuqs";
import { useMemo, useState } from "react";
import { DELIVERY_STATUSES } from "../../../domain/kernel/statuses.ts";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { ConfirmDialog } from "../../ui/dialog.tsx";
import { ErrorState } from "../../ui/empty-state.tsx";
import { FilterBar } from "../../ui/filter-bar/filter-bar.tsx";
import { ToggleGroup } from "../../ui/filter-bar/toggle-group.tsx";
import { Select } from "../../ui/select.tsx";
import { PageSkeleton } from "../../ui/skeleton.tsx";
import { Table, TableBody, TableHead, Th } from "../../ui/table.tsx";
import { type ChannelRow, type DeliveryPage, type DeliveryRow, isSentTo, webhookIdOf } from "./channel-model.ts";
import { DeliveryDrawer } from "./delivery-drawer.tsx";
import { STATUS_GROUPS } from "./delivery-filter.ts";
import { DeliveryLine } from "./delivery-line.tsx";
import { useDeliveries, useReplay } from "./use-channels.ts";

/** The filter of the log, kept in the URL. */
export function useDeliveryFilter() {
  const [channelId, setChannelId] = useQueryState("channel", parseAsString);
  const [status, setStatus] = useQueryState(
    "status",
    parseAsArrayOf(parseAsStringLiteral(DELIVERY_STATUSES)).withDefault([]).withOptions({ clearOnDefault: true }),
  );
  const filter = useMemo(() => ({ channelId, status }), [channelId, status]);
  return { filter, setChannelId, setStatus };
}

interface DeliveryLogProps {
  channels: readonly ChannelRow[];
  /** The page the server rendered, with the path it asked for. */
  first: { path: string; page: DeliveryPage };
  mayChange: boolean;
}

/** What was sent, and what came of it; the newest first, live. */
export function DeliveryLog({ channels, first, mayChange }: DeliveryLogProps) {
  const { filter, setChannelId, setStatus } = useDeliveryFilter();
  const log = useDeliveries(filter, first);
  const [openId, setOpenId] = useQueryState("delivery", parseAsString);
  const [replayed, setReplayed] = useState<DeliveryRow | null>(null);
  const replay = useReplay(() => void setOpenId(null));
  const names = useMemo(() => new Map(channels.map(({ id, name }) => [id, name])), [channels]);
  const nameOf = (channelId: string) => names.get(channelId) ?? channelId;
  const filtered = filter.channelId !== null || filter.status.length > 0;
  const choices = [
    { value: "", label: "Every channel" },
    ...channels.filter((one) => isSentTo(one.channelKind)).map(({ id, name }) => ({ value: id, label: name })),
    ...(filter.channelId !== null && !names.has(filter.channelId)
      ? [{ value: filter.channelId, label: `${filter.channelId} (removed)` }]
      : []),
  ];

  return (
    <Card id="deliveries" title="Deliveries" flush className="mt-4 scroll-mt-16">
      <FilterBar
        label="Filter deliveries"
        narrowed={filtered}
        onClear={() => {
          void setChannelId(null);
          void setStatus(null);
        }}
        className="border-b border-line p-2.5"
      >
        <ToggleGroup
          label="Status"
          choices={STATUS_GROUPS.map(({ label, statuses }) => ({ label, values: statuses }))}
          chosen={filter.status}
          onChange={(status) => void setStatus(status)}
        />
        <Select
          label="Channel"
          value={filter.channelId ?? ""}
          options={choices}
          onValueChange={(value) => void setChannelId(value || null)}
        />
      </FilterBar>
      {log.error && !log.rows ? (
        <ErrorState detail={log.error.detail} onRetry={log.retry} />
      ) : log.rows === undefined ? (
        <div className="p-3.5">
          <PageSkeleton rows={3} />
        </div>
      ) : log.rows.length === 0 ? (
        <p className="p-3.5 text-body text-muted">
          {filtered
            ? "No delivery matches."
            : "None yet. Deliveries appear here when an alert fires whose rule has a channel, or when you send a test."}
        </p>
      ) : (
        <Table aria-label="Deliveries">
          <TableHead>
            <tr>
              <Th>Status</Th>
              <Th>What</Th>
              <Th className="hidden sm:table-cell">Channel</Th>
              <Th className="hidden lg:table-cell">Alert</Th>
              <Th className="hidden text-right md:table-cell">Tries</Th>
              <Th className="hidden md:table-cell">Answer</Th>
              <Th className="hidden text-right sm:table-cell">When</Th>
              <Th className="w-px">
                <span className="sr-only">Actions</span>
              </Th>
            </tr>
          </TableHead>
          <TableBody>
            {log.rows.map((delivery) => (
              <DeliveryLine
                key={delivery.id}
                delivery={delivery}
                channel={nameOf(delivery.channelId)}
                mayReplay={mayChange && names.has(delivery.channelId)}
                onOpen={setOpenId}
                onReplay={setReplayed}
              />
            ))}
          </TableBody>
        </Table>
      )}
      {log.hasMore && (
        <div className="border-t border-line p-2.5">
          <Button size="sm" busy={log.loadingMore} onClick={log.more}>
            Load older
          </Button>
        </div>
      )}
      <DeliveryDrawer
        deliveryId={openId}
        known={log.rows?.find(({ id }) => id === openId)}
        channel={nameOf}
        mayReplay={(delivery) => mayChange && names.has(delivery.channelId)}
        onReplay={setReplayed}
        onClose={() => void setOpenId(null)}
      />
      <ConfirmDialog
        open={replayed !== null}
        onOpenChange={(open) => !open && setReplayed(null)}
        title="Send it again?"
        description={
          replayed && (
            <>
              It goes to {nameOf(replayed.channelId)} as it was, under the same webhook-id{" "}
              <code className="font-mono text-small break-all">{webhookIdOf(replayed)}</code>: a receiver that remembers
              ids takes it for a repeat.
            </>
          )
        }
        confirm="Send again"
        onConfirm={async () => replayed !== null && (await replay.run(replayed)) !== undefined}
      />
    </Card>
  );
}
