"use client";

import { useState } from "react";
import { override, reset } from "../../domain/breaker-machine.ts";
import { api } from "../live/api.ts";
import { type Command, useCommand } from "../live/use-command.ts";
import { Button } from "../ui/button.tsx";
import { ConfirmDialog } from "../ui/dialog.tsx";
import { serverNow } from "../ui/now.ts";
import { Select } from "../ui/select.tsx";
import type { BreakerRow } from "./breaker-view.ts";
import { expiryOf, HOLDS } from "./expiry.ts";

type Order = "trip" | "disable" | "reset";

const ORDERS: {
  readonly [order in Order]: { button: string; title: (name: string) => string; words: string; confirm: string };
} = {
  trip: {
    button: "Trip",
    title: (name) => `Trip the breaker of ${name}?`,
    words: "No call passes until you reset it, or until the time below. Jobs that already run go on.",
    confirm: "Trip",
  },
  disable: {
    button: "Disable",
    title: (name) => `Disable the breaker of ${name}?`,
    words: "Every call passes and nothing is judged, however many fail, until you reset it, or until the time below.",
    confirm: "Disable",
  },
  reset: {
    button: "Reset",
    title: (name) => `Reset the breaker of ${name}?`,
    words: "It closes at once, its window starts empty, and any override ends.",
    confirm: "Reset",
  },
};

/** What an operator may order a breaker to do. Each asks for a reason, which goes into the log. */
export function BreakerOrders({ breaker, name }: { breaker: BreakerRow; name: string }) {
  const [asked, setAsked] = useState<Order | null>(null);
  const [shown, setShown] = useState<Order>("trip");
  const [hold, setHold] = useState("0");
  const order = useBreakerOrder();
  const { state } = breaker;
  const useless = {
    trip: state === "forced_open",
    disable: state === "disabled",
    reset: state === "closed" && breaker.calls === 0,
  };
  const { title, words, confirm } = ORDERS[shown];

  const ask = (next: Order) => {
    setShown(next);
    setHold("0");
    setAsked(next);
  };
  return (
    <>
      {(["trip", "disable", "reset"] as const).map((one) => (
        <Button key={one} size="sm" disabled={useless[one] || order.pending} onClick={() => ask(one)}>
          {ORDERS[one].button}
        </Button>
      ))}
      <ConfirmDialog
        open={asked !== null}
        onOpenChange={(open) => !open && setAsked(null)}
        title={title(name)}
        description={words}
        confirm={confirm}
        danger={shown !== "reset"}
        reason="required"
        onConfirm={async (reason) => (await order.run(breaker, shown, reason, Number(hold))) !== undefined}
      >
        {shown !== "reset" && (
          <div>
            <span className="mb-1 block text-[12px] font-medium text-muted">Holds for</span>
            <Select
              label="Holds for"
              value={hold}
              options={HOLDS.map(({ ms, label }) => ({
                value: String(ms),
                label: ms === 0 ? "Until somebody resets it" : label,
              }))}
              onValueChange={setHold}
              className="w-full"
            />
          </div>
        )}
      </ConfirmDialog>
    </>
  );
}

/** Sends an order; the breaker shows at once what the same machine as the server's makes of it. */
function useBreakerOrder(): Command<[breaker: BreakerRow, order: Order, reason: string, holdMs: number], BreakerRow> {
  return useCommand(
    (breaker: BreakerRow, order: Order, reason: string, holdMs: number) => {
      const path = `/agents/${encodeURIComponent(breaker.agentKey)}/breaker`;
      if (order === "reset") return api.post<BreakerRow>(`${path}/reset`, { reason });
      const expiresAt = expiryOf(holdMs, serverNow());
      return api.post<BreakerRow>(`${path}/override`, {
        state: STATE_OF[order],
        reason,
        ...(expiresAt && { expiresAt }),
      });
    },
    {
      optimistic: (breaker, order, reason, holdMs) => [{ ...breaker, ...expected(breaker, order, reason, holdMs) }],
      failure: "The breaker did not take the order",
    },
  );
}

const STATE_OF = { trip: "forced_open", disable: "disabled" } as const;

function expected(breaker: BreakerRow, order: Order, reason: string, holdMs: number) {
  const now = serverNow();
  // Until the answer says the name.
  const by = "user:you";
  if (order === "reset") return reset(breaker, { reason, by }, now).breaker;
  return override(breaker, STATE_OF[order], { reason, by, expiresAt: expiryOf(holdMs, now) }, now).breaker;
}
