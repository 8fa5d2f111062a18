"use client";

import { override, reset } from "../../domain/breaker-machine.ts";
import { api } from "../live/api.ts";
import { type Command, useCommand } from "../live/use-command.ts";
import { serverNow } from "../ui/now.ts";
import type { BreakerRow } from "./breaker-view.ts";
import { expiryOf } from "./expiry.ts";

export const ORDERS = ["trip", "disable", "close", "reset"] as const;
/** What an operator may order a breaker to do. */
export type Order = (typeof ORDERS)[number];

const STATE_OF = { trip: "forced_open", disable: "disabled", close: "closed" } as const;

/** Which orders make sense in the state it is in: closing is for a breaker that is not closed, a reset also forgets what was counted. */
export function canOrder(order: Order, breaker: Readonly<BreakerRow>): boolean {
  switch (order) {
    case "trip":
      return breaker.state !== "forced_open";
    case "disable":
      return breaker.state !== "disabled";
    case "close":
      return breaker.state !== "closed";
    case "reset":
      return breaker.state !== "closed" || breaker.calls > 0;
  }
}

/** Whether an order holds for a time, so that somebody must say for how long. */
export const holdsForATime = (order: Order): order is "trip" | "disable" => order === "trip" || order === "disable";

/** Sends an order; the breaker shows at once what the same machine as the server's makes of it. */
export function useBreakerOrder(): Command<
  [breaker: BreakerRow, order: Order, reason: string, holdMs: number],
  BreakerRow
> {
  return useCommand(
    (breaker: BreakerRow, order: Order, reason: string, holdMs: number) => {
      const path = `/agents/${encodeURIComponent(breaker.agentKey)}/breaker`;
      if (order === "reset") return api.post<BreakerRow>(`${path}/reset`, { reason });
      const expiresAt = holdsForATime(order) ? expiryOf(holdMs, serverNow()) : undefined;
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

function expected(breaker: BreakerRow, order: Order, reason: string, holdMs: number) {
  const now = serverNow();
  // Until the answer says the name.
  const by = "user:you";
  if (order === "reset") return reset(breaker, { reason, by }, now).breaker;
  const expiresAt = holdsForATime(order) ? expiryOf(holdMs, now) : undefined;
  return override(breaker, STATE_OF[order], { reason, by, expiresAt }, now).breaker;
}
