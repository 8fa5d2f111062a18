"use client";

import { Bell, BellOff, BellRing } from "lucide-react";
import Link from "next/link";
import { Button, IconButton } from "../ui/button.tsx";
import { Popover } from "../ui/popover.tsx";
import { type NotificationState, show, turnOff, turnOn, useNotificationState } from "./notification-choice.ts";

const NAMES: { readonly [state in NotificationState]: string } = {
  on: "Browser notifications: on",
  off: "Browser notifications: off",
  denied: "Browser notifications: refused by the browser",
  unsupported: "Browser notifications: not possible here",
};

/** Turns on notifications in this browser, and says what that means or why it is not possible. */
export function NotificationsButton() {
  const state = useNotificationState();
  const Icon = state === "on" ? BellRing : state === "off" ? Bell : BellOff;
  return (
    <Popover
      label="Browser notifications"
      align="end"
      trigger={
        <IconButton label={NAMES[state]}>
          <Icon aria-hidden className="size-4" />
        </IconButton>
      }
      className="w-80 space-y-2.5"
    >
      <h2 className="font-semibold">Browser notifications</h2>
      <Words state={state} />
      {state === "off" && (
        <Button variant="primary" className="pointer-coarse:min-h-11" onClick={() => void turnOn()}>
          Turn on
        </Button>
      )}
      {state === "on" && (
        <div className="flex gap-2">
          <Button className="pointer-coarse:min-h-11" onClick={turnOff}>
            Turn off
          </Button>
          <Button
            variant="ghost"
            className="pointer-coarse:min-h-11"
            onClick={() =>
              show("Switchyard can reach you", "Alerts will look like this.", "switchyard:test", () => undefined)
            }
          >
            Show one
          </Button>
        </div>
      )}
    </Popover>
  );
}

function Words({ state }: { state: NotificationState }) {
  const others = (
    <>
      {" "}
      <Link href="/alerts/channels" className="link underline">
        Channels
      </Link>{" "}
      reach you without a browser.
    </>
  );
  switch (state) {
    case "off":
      return (
        <p className="text-muted">
          While a console is open in some tab, this browser can notify you of critical alerts, and of those whose rule
          names a browser channel: one notification for each alert, however many tabs are open. A click on it opens the
          alert. Your browser will ask whether that is allowed.
        </p>
      );
    case "on":
      return (
        <p className="text-muted">
          This browser notifies you of critical alerts, and of those whose rule names a browser channel, while a console
          is open in some tab.{others}
        </p>
      );
    case "denied":
      return (
        <p className="text-muted">
          This browser refuses notifications of this site. Allow them in its settings for the site, beside the address,
          then come back here.{others}
        </p>
      );
    case "unsupported":
      return (
        <p className="text-muted">
          Pages cannot notify in this browser: most phones, and addresses that begin with http:// on another machine, do
          not allow it.{others}
        </p>
      );
  }
}
