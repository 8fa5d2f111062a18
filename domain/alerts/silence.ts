import type { Alert } from "./contract.ts";

/** An alert that is not snoozed, nor stays silent when it comes back. */
export const NOT_SNOOZED = { snoozedUntil: null, snoozeMode: null, snoozedValue: null } as const;

/**
 * Whether an alert was snoozed until a time that has not come yet; when it is resolved it stays
 * silent for as long.
 */
export const isSilent = (alert: Pick<Alert, "snoozedUntil" | "snoozeMode">, at: string): boolean =>
  alert.snoozeMode === "time" && alert.snoozedUntil !== null && alert.snoozedUntil > at;
