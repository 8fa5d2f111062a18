"use client";

import { Ellipsis } from "lucide-react";
import type { AlertRule } from "../../../domain/alerts/endpoints.ts";
import { Badge, StatusBadge } from "../../ui/badge.tsx";
import { Button } from "../../ui/button.tsx";
import { cn } from "../../ui/cn.ts";
import { Menu, MenuItem, MenuSeparator } from "../../ui/menu.tsx";
import { spanWords } from "../../ui/span.ts";
import { Switch } from "../../ui/switch.tsx";
import type { ChannelRow } from "../channels/channel-model.ts";
import { notifyWords } from "./notify-words.ts";
import { ruleSummary } from "./rule-draft.ts";
import { ruleLook } from "./rule-fields.ts";

export type RuleAsk = "edit" | "duplicate" | "reset" | "remove";

interface RuleItemProps {
  rule: AlertRule;
  channels: readonly ChannelRow[];
  mayChange: boolean;
  busy: boolean;
  /** A built-in rule that somebody has changed. */
  changed: boolean;
  onAsk: (what: RuleAsk, rule: AlertRule) => void;
  onToggle: (rule: AlertRule, enabled: boolean) => void;
}

/** One rule: what it checks, whom it notifies, and its actions. */
export function RuleItem({ rule, channels, mayChange, busy, changed, onAsk, onToggle }: RuleItemProps) {
  const { name, severity, builtIn, enabled, kind } = rule;
  const notifies = rule.channels.length + rule.escalation.length > 0;
  const nameOf = (id: string) => channels.find((channel) => channel.id === id)?.name ?? `${id} (removed)`;
  const escalation = rule.escalation.map((step) => ({ after: spanWords(step.afterMs), channels: step.channels }));
  return (
    <li
      aria-label={name}
      className="flex items-center gap-3 border-b border-line px-3.5 py-2.5 last:border-b-0 hover:bg-hover"
    >
      <div className={cn("min-w-0 flex-1", !enabled && "text-muted")}>
        <div className="flex flex-wrap items-center gap-2">
          <button
            type="button"
            onClick={() => onAsk("edit", rule)}
            className="text-left font-medium break-words hover:underline"
          >
            {name}
          </button>
          <StatusBadge kind="severity" status={severity} />
          {builtIn && <Badge>{changed ? "Built in, changed" : "Built in"}</Badge>}
          {!enabled && <Badge>Off</Badge>}
        </div>
        <p className="mt-0.5 text-small break-words text-muted">
          {[ruleLook(kind).brief, ruleSummary(rule)].filter(Boolean).join(" · ")}
        </p>
        {notifies && (
          <p className="mt-0.5 text-small break-words text-muted">
            {notifyWords({ channels: rule.channels, escalation }, nameOf)}
          </p>
        )}
      </div>
      <Switch
        label={`${name} is on`}
        checked={enabled}
        disabled={busy || !mayChange}
        onCheckedChange={(next) => onToggle(rule, next)}
      />
      {mayChange && (
        <Menu
          align="end"
          trigger={
            <Button aria-label={`More for ${name}`} size="sm" className="w-7 px-0! pointer-coarse:min-w-9">
              <Ellipsis aria-hidden className="size-4" />
            </Button>
          }
        >
          <MenuItem onSelect={() => onAsk("edit", rule)}>Edit…</MenuItem>
          <MenuItem onSelect={() => onAsk("duplicate", rule)}>Duplicate…</MenuItem>
          {changed && <MenuItem onSelect={() => onAsk("reset", rule)}>Reset to default…</MenuItem>}
          <MenuSeparator />
          <MenuItem danger onSelect={() => onAsk("remove", rule)}>
            Remove…
          </MenuItem>
        </Menu>
      )}
    </li>
  );
}
