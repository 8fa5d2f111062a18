"use client";

import { agentEndpoints } from "../../../domain/agents/endpoints.ts";
import { pathTo } from "../../../domain/kernel/endpoint.ts";
import { breakerTag } from "../../../domain/kernel/setting-tag.ts";
import { postIfSame, withTheirs } from "../../live/if-unmoved.ts";
import { type Command, useCommand } from "../../live/use-command.ts";
import { expiryOf } from "../../ui/expiry.ts";
import { serverNow } from "../../ui/now.ts";
import { statusLook } from "../../ui/status.ts";
import type { BreakerRow } from "./breaker-view.ts";

export const ORDERS = ["trip", "disable", "close", "reset"] as const;
/** The orders of operators to a breaker. */
export type Order = (typeof ORDERS)[number];

const STATE_OF = { trip: "forced_open", disable: "disabled", close: "closed" } as const;

/**
 * The orders that apply in a state: close for a breaker that is not closed; a reset also forgets
 * the counted calls.
 */
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

/** Whether an order takes a duration. */
export const holdsForATime = (order: Order): order is "trip" | "disable" => order === "trip" || order === "disable";

/** The mutation of an order. */
function ordering(agentKey: string, order: Order, reason: string, holdMs: number) {
  if (order === "reset") return { type: "breaker.reset" as const, agentKey, reason };
  const expiresAt = holdsForATime(order) ? expiryOf(holdMs, serverNow()) : undefined;
  const state = STATE_OF[order];
  return { type: "breaker.override" as const, agentKey, state, reason, ...(expiresAt && { expiresAt }) };
}

/**
 * Sends an order, unless somebody has sent another, or the breaker has closed, since it was seen.
 * @throws SwitchyardError
 */
function sendOrder(seen: BreakerRow, order: Order, reason: string, holdMs: number): Promise<BreakerRow> {
  const at = { id: seen.agentKey };
  const isSame = (now: BreakerRow) => isUnordered(seen, now);
  if (order === "reset")
    return postIfSame(pathTo(agentEndpoints.reset, at), seen, { reason }, isSame, orderedWords, breakerTag);
  const expiresAt = holdsForATime(order) ? expiryOf(holdMs, serverNow()) : undefined;
  const body = { state: STATE_OF[order], reason, ...(expiresAt && { expiresAt }) };
  return postIfSame(pathTo(agentEndpoints.override, at), seen, body, isSame, orderedWords, breakerTag);
}

/**
 * Whether no order was sent between two versions of a breaker. Automatic opening and trials do not
 * count.
 */
export const isUnordered = (seen: BreakerRow, now: BreakerRow): boolean =>
  breakerTag({ ...now, state: seen.state }) === breakerTag(seen) && (now.state !== "closed" || seen.state === "closed");

/** The message when somebody else was faster. */
export function orderedWords({ state, override: order }: BreakerRow): string {
  const { label } = statusLook("breaker", state);
  return order
    ? `Somebody set it to ${label} meanwhile: ${order.reason}`
    : `It has changed to ${label} meanwhile. Check it again.`;
}

/**
 * Sends an order and shows its effect at once, by the same state machine as the server's. When
 * somebody else has sent an order meanwhile, nothing is sent and `onTheirs` gets the current
 * breaker.
 */
export function useBreakerOrder(
  onTheirs: (now: BreakerRow) => void,
): Command<[breaker: BreakerRow, order: Order, reason: string, holdMs: number], BreakerRow> {
  return useCommand(
    (breaker: BreakerRow, order: Order, reason: string, holdMs: number) =>
      withTheirs(sendOrder(breaker, order, reason, holdMs), onTheirs),
    {
      commits: ({ agentKey }, order, reason, holdMs) => [[ordering(agentKey, order, reason, holdMs)]],
      failure: "The breaker could not be changed",
    },
  );
}
