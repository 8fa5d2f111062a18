"use client";

import { useState } from "react";
import { Button } from "../../ui/button.tsx";
import { Changes } from "../../ui/changes.tsx";
import { ConfirmDialog } from "../../ui/dialog.tsx";
import { canOrder, holdsForATime, ORDERS, type Order, useBreakerOrder } from "./breaker-orders.ts";
import type { BreakerRow } from "./breaker-view.ts";
import { type Hold, HoldField, holdMs } from "./hold-field.tsx";

const WORDS: { readonly [order in Order]: { button: string; says: string } } = {
  trip: {
    button: "Trip",
    says: "No call passes, for the time below or until it is changed. Running jobs continue.",
  },
  disable: {
    button: "Disable",
    says: "Every call passes, however many fail, for the time below or until it is changed.",
  },
  close: {
    button: "Close",
    says: "Calls pass again at once and are counted from zero; any override ends.",
  },
  reset: {
    button: "Reset",
    says: "It closes and forgets the calls it has counted; any override ends.",
  },
};

const UNTIL_CHANGED: Hold = { ms: 0 };

/** The orders of operators to a breaker. Each takes a reason, which is logged. */
export function BreakerOrders({ breaker, name }: { breaker: BreakerRow; name: string }) {
  const [asked, setAsked] = useState<Order | null>(null);
  const [shown, setShown] = useState<Order>("trip");
  const [hold, setHold] = useState<Hold>(UNTIL_CHANGED);
  // The row when the dialog opened.
  const [seen, setSeen] = useState(breaker);
  const order = useBreakerOrder(setSeen);
  const { button, says } = WORDS[shown];
  const ms = holdMs(hold);

  const ask = (next: Order) => {
    setSeen(breaker);
    setShown(next);
    setHold(UNTIL_CHANGED);
    setAsked(next);
  };
  return (
    <>
      <Changes>
        {ORDERS.filter((one) => one !== "close" || canOrder(one, breaker)).map((one) => (
          <Button key={one} size="sm" disabled={!canOrder(one, breaker) || order.pending} onClick={() => ask(one)}>
            {WORDS[one].button}
          </Button>
        ))}
      </Changes>
      <ConfirmDialog
        open={asked !== null}
        onOpenChange={(open) => !open && setAsked(null)}
        title={`${button} the breaker of ${name}?`}
        description={says}
        confirm={button}
        danger={holdsForATime(shown)}
        reason="required"
        onConfirm={async (reason) => ms !== null && (await order.run(seen, shown, reason, ms)) !== undefined}
      >
        {holdsForATime(shown) && <HoldField value={hold} onChange={setHold} />}
      </ConfirmDialog>
    </>
  );
}
