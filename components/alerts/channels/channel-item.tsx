"use client";

import { Ellipsis, Send } from "lucide-react";
import Link from "next/link";
import { memo } from "react";
import { ruleHref } from "../../../domain/kernel/links.ts";
import { Badge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { cn } from "../../ui/cn.ts";
import { Menu, MenuItem, MenuSeparator } from "../../ui/menu.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { Switch } from "../../ui/switch.tsx";
import { Countdown, RelativeTime } from "../../ui/time.tsx";
import { type ChannelRow, channelLook, type DeliveryRow, eventWords, hasSecret, isSentTo } from "./channel-model.ts";
import { DeliveryBadge } from "./delivery-badge.tsx";
import { KindIcon } from "./kind-icon.tsx";
import { TestResult, type TestState } from "./test-result.tsx";
import { useLatestDelivery } from "./use-channels.ts";

export type ChannelAsk = "edit" | "rotate" | "remove" | "verify" | "deliveries" | "test";

interface ChannelItemProps {
  channel: ChannelRow;
  /** Rules that notify it. */
  rules: readonly { ruleId: string; name: string }[];
  test: TestState | undefined;
  mayChange: boolean;
  onAsk: (what: ChannelAsk, channel: ChannelRow) => void;
  onToggle: (channel: ChannelRow, enabled: boolean) => void;
  onTestSeen: (channelId: string) => void;
}

/** One channel: where it leads, how it is doing, who uses it, and what can be done. */
export const ChannelItem = memo(function ChannelItem(props: ChannelItemProps) {
  const { channel, rules, test, mayChange, onAsk, onToggle, onTestSeen } = props;
  const { id, name, channelKind: kind, target, enabled } = channel;
  const sent = isSentTo(kind);
  const latest = useLatestDelivery(id, sent);
  return (
    <li aria-label={name} className="border-b border-line px-3.5 py-2.5 last:border-b-0 hover:bg-hover">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
        <KindIcon kind={kind} className="size-4 shrink-0 text-muted max-sm:hidden" />
        <div className={cn("min-w-0 flex-1 basis-52", !enabled && "text-muted")}>
          <div className="flex flex-wrap items-center gap-2">
            {mayChange ? (
              <button
                type="button"
                onClick={() => onAsk("edit", channel)}
                className="text-left font-medium break-words hover:underline"
              >
                {name}
              </button>
            ) : (
              <span className="font-medium break-words">{name}</span>
            )}
            {name !== id && <span className="font-mono text-small text-muted">{id}</span>}
            <Badge>{channelLook(kind).label}</Badge>
            {!enabled && <Badge>Off</Badge>}
          </div>
          <p className="mt-0.5 truncate text-small text-muted" title={target || undefined}>
            {sent ? <span className="font-mono">{target}</span> : "Shown by the consoles that are open"}
          </p>
        </div>
        <div className="min-w-0 text-small max-lg:order-last max-lg:basis-full lg:w-80 lg:shrink-0">
          {sent && <Latest delivery={latest} />}
          <UsedBy rules={rules} />
        </div>
        <div className="flex items-center gap-1.5 lg:w-44 lg:justify-end">
          {sent && mayChange && (
            <Button
              size="sm"
              busy={test === "waiting"}
              onClick={() => onAsk("test", channel)}
              aria-label={`Send test to ${name}`}
            >
              <Send aria-hidden className="size-3" /> Send test
            </Button>
          )}
          <Switch
            label={`${name} is on`}
            checked={enabled}
            disabled={!mayChange || channel.pending === true}
            onCheckedChange={(next) => onToggle(channel, next)}
          />
          <Menu
            align="end"
            trigger={
              <Button aria-label={`More for ${name}`} size="sm" className="w-7 px-0! pointer-coarse:min-w-9">
                <Ellipsis aria-hidden className="size-4" />
              </Button>
            }
          >
            {mayChange && <MenuItem onSelect={() => onAsk("edit", channel)}>Edit…</MenuItem>}
            {sent && <MenuItem onSelect={() => onAsk("deliveries", channel)}>Its deliveries</MenuItem>}
            {hasSecret(kind) && <MenuItem onSelect={() => onAsk("verify", channel)}>How to verify…</MenuItem>}
            {mayChange && hasSecret(kind) && (
              <MenuItem onSelect={() => onAsk("rotate", channel)}>Rotate secret…</MenuItem>
            )}
            {mayChange && (
              <>
                <MenuSeparator />
                <MenuItem danger onSelect={() => onAsk("remove", channel)}>
                  Remove…
                </MenuItem>
              </>
            )}
            {!mayChange && !sent && (
              <MenuItem disabled onSelect={() => undefined}>
                Nothing to do here
              </MenuItem>
            )}
          </Menu>
        </div>
      </div>
      {test !== undefined && <TestResult test={test} onClose={() => onTestSeen(id)} />}
    </li>
  );
});

function Latest({ delivery }: { delivery: DeliveryRow | null | undefined }) {
  if (delivery === undefined) return <Skeleton className="h-5 w-40" />;
  if (delivery === null) return <p className="text-muted">Nothing has been sent yet</p>;
  const { event, error, nextAt, updatedAt, status } = delivery;
  return (
    <p className="flex min-w-0 items-center gap-1.5 text-muted">
      <DeliveryBadge delivery={delivery} />
      <span className="truncate" title={error ?? eventWords(event)}>
        {status === "pending" && nextAt && error ? (
          <>
            {error} · again in <Countdown to={nextAt} />
          </>
        ) : (
          <>
            <RelativeTime at={updatedAt} /> · {error ?? eventWords(event)}
          </>
        )}
      </span>
    </p>
  );
}

function UsedBy({ rules }: { rules: ChannelItemProps["rules"] }) {
  const [first, ...more] = rules;
  if (!first) return <p className="mt-0.5 text-muted">No rule notifies it</p>;
  return (
    <p className="mt-0.5 truncate text-muted">
      Notified by{" "}
      <Link href={ruleHref(first.ruleId)} className="link underline">
        {first.name}
      </Link>
      {more.length > 0 && <span title={more.map(({ name }) => name).join(", ")}> and {more.length} more</span>}
    </p>
  );
}
