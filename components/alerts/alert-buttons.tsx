"use client";

import {
  BellOff,
  BellRing,
  CircleCheck,
  Ellipsis,
  MessageSquare,
  MessageSquarePlus,
  PanelRight,
  RotateCcw,
} from "lucide-react";
import { Button, IconButton } from "../ui/button.tsx";
import { Changes, useMayChange } from "../ui/changes.tsx";
import { Menu, MenuItem, MenuSeparator } from "../ui/menu.tsx";
import type { Ask } from "./alert-item.tsx";
import type { AlertRow } from "./alert-model.ts";

interface AlertButtonsProps {
  alert: AlertRow;
  onAsk: (ask: Ask, alert: AlertRow) => void;
}

const BIG = "pointer-coarse:min-h-11 pointer-coarse:min-w-11";

/** The likeliest action is a button, rarer ones are in a menu. */
export function AlertButtons({ alert, onAsk }: AlertButtonsProps) {
  const { pending = false, status } = alert;
  const mayChange = useMayChange();
  const open = status === "firing" || status === "acknowledged";
  return (
    <div className="flex shrink-0 gap-1.5">
      <Changes>
        {status === "firing" && (
          <Button
            variant="primary"
            disabled={pending}
            onClick={() => onAsk("acknowledge", alert)}
            className="max-sm:flex-1 pointer-coarse:min-h-11"
          >
            Acknowledge
          </Button>
        )}
        {status === "acknowledged" && (
          <Button
            disabled={pending}
            onClick={() => onAsk("unacknowledge", alert)}
            className="max-sm:flex-1 pointer-coarse:min-h-11"
          >
            <RotateCcw aria-hidden className="size-3.5" /> Unacknowledge
          </Button>
        )}
        {open && (
          <IconButton
            label="Snooze…"
            shortcut="s"
            variant="secondary"
            disabled={pending}
            onClick={() => onAsk("snooze", alert)}
            className={BIG}
          >
            <BellOff aria-hidden className="size-4" />
          </IconButton>
        )}
        {status === "snoozed" && (
          <Button
            disabled={pending}
            onClick={() => onAsk("unacknowledge", alert)}
            className="max-sm:flex-1 pointer-coarse:min-h-11"
          >
            <BellRing aria-hidden className="size-3.5" /> Wake
          </Button>
        )}
      </Changes>
      <Menu
        align="end"
        trigger={
          <Button
            aria-label={`More for ${alert.title}`}
            variant="secondary"
            className="w-8 px-0! pointer-coarse:min-h-11 pointer-coarse:min-w-11"
          >
            <Ellipsis aria-hidden className="size-4" />
          </Button>
        }
      >
        {mayChange && status === "firing" && (
          <MenuItem
            icon={<MessageSquarePlus aria-hidden className="size-4" />}
            disabled={pending}
            onSelect={() => onAsk("note", alert)}
          >
            Acknowledge with note…
          </MenuItem>
        )}
        {mayChange && (open || status === "snoozed") && (
          <MenuItem
            icon={<CircleCheck aria-hidden className="size-4" />}
            disabled={pending}
            onSelect={() => onAsk("resolve", alert)}
          >
            Resolve…
          </MenuItem>
        )}
        {mayChange && (
          <>
            <MenuItem icon={<MessageSquare aria-hidden className="size-4" />} onSelect={() => onAsk("comment", alert)}>
              Comment…
            </MenuItem>
            <MenuSeparator />
          </>
        )}
        <MenuItem icon={<PanelRight aria-hidden className="size-4" />} onSelect={() => onAsk("open", alert)}>
          Details
        </MenuItem>
      </Menu>
    </div>
  );
}
