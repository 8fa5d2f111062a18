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
    says: "No call passes, for the time below or until somebody changes it. Jobs that already run go on.",
  },
  disable: {
    button: "Disable",
    says: "Every call passes and nothing is judged, however many fail, for the time below or until somebody changes it.",
  },
  close: {
    button: "Close",
    says: "Calls pass again at once and are judged afresh; any hold ends.",
  },
  reset: {
    button: "Reset",
    says: "It closes if it is not closed, forgets the calls it has counted, and any hold ends.",
  },
};

const UNTIL_CHANGED: Hold = { ms: 0 };

/** What an operator may order a breaker to do. Each asks for a reason, which goes into the log. */
export function BreakerOrders({ breaker, name }: { breaker: BreakerRow; name: string }) {
  const [asked, setAsked] = useState<Order | null>(null);
  const [shown, setShown] = useState<Order>("trip");
  const [hold, setHold] = useState<Hold>(UNTIL_CHANGED);
  // As it was when the question was asked.
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
