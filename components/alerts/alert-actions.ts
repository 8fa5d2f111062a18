"use client";

import { api } from "../live/api.ts";
import { type Command, useCommand } from "../live/use-command.ts";
import { serverNow } from "../ui/now.ts";
import type { AlertRow } from "./alert-model.ts";

/** What may go with an acknowledgement: why, and after how many ms it lapses (0: never). */
export interface AckTerms {
  note?: string;
  holdMs?: number;
}

/** Who acts, until the server's answer says the name. */
const ME = "user:you";

const at = (ms: number): string => new Date(ms).toISOString();

export interface AlertCommands {
  acknowledge: Command<[alert: AlertRow, terms?: AckTerms], AlertRow>;
  unacknowledge: Command<[alert: AlertRow], AlertRow>;
}

/** The clicks on an alert. Each shows at once; a lost race shows what the alert is now. */
export function useAlertCommands(): AlertCommands {
  const acknowledge = useCommand(
    (alert: AlertRow, terms: AckTerms = {}) =>
      api.post<AlertRow>(`/alerts/${encodeURIComponent(alert.id)}/acknowledge`, {
        ...(terms.note && { note: terms.note }),
        ...(terms.holdMs && { timeoutMs: terms.holdMs }),
      }),
    {
      optimistic: (alert, terms = {}) => [
        {
          ...alert,
          status: "acknowledged",
          acknowledgedAt: at(serverNow()),
          acknowledgedBy: ME,
          note: terms.note || null,
          ackExpiresAt: terms.holdMs ? at(serverNow() + terms.holdMs) : null,
        },
      ],
      failure: "The alert was not acknowledged",
    },
  );
  const unacknowledge = useCommand(
    (alert: AlertRow) => api.post<AlertRow>(`/alerts/${encodeURIComponent(alert.id)}/unacknowledge`),
    {
      optimistic: (alert) => [
        { ...alert, status: "firing", acknowledgedAt: null, acknowledgedBy: null, note: null, ackExpiresAt: null },
      ],
      failure: "The acknowledgement was not taken back",
    },
  );
  return { acknowledge, unacknowledge };
}
