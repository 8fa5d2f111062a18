"use client";

import { useMemo } from "react";
import { alertEndpoints } from "../../domain/alerts/endpoints.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
import { api } from "../live/api.ts";
import { type Command, useCommand } from "../live/use-command.ts";
import type { AlertRow } from "./alert-model.ts";
import type { SnoozeTerms } from "./snooze.ts";
import { commitOf, type Order, useMany } from "./use-many.ts";

/** What may go with an acknowledgement: why, and after how many ms it lapses (0: never). */
export interface AckTerms {
  note?: string;
  holdMs?: number;
}

type Move = Pick<Order, "verb" | "body">;

const acknowledgement = ({ note, holdMs }: AckTerms): Move => ({
  verb: "acknowledge",
  body: { ...(note && { note }), ...(holdMs && { timeoutMs: holdMs }) },
});
const TAKING_BACK: Move = { verb: "unacknowledge", body: {} };
const snooze = (terms: SnoozeTerms): Move => ({ verb: "snooze", body: { ...terms } });
const resolution = (note: string): Move => ({ verb: "resolve", body: { ...(note && { note }) } });

const FAILURES: { readonly [verb in Order["verb"]]: string } = {
  acknowledge: "The alert could not be acknowledged",
  unacknowledge: "The acknowledgement could not be taken back",
  snooze: "The alert could not be snoozed",
  resolve: "The alert could not be resolved",
};

/**
 * The clicks on alerts, of one or of many. Each shows at once; a lost race shows what the alert is
 * now.
 */
export interface AlertCommands {
  acknowledge: (alerts: readonly AlertRow[], terms?: AckTerms) => void;
  unacknowledge: (alerts: readonly AlertRow[]) => void;
  snooze: (alerts: readonly AlertRow[], terms: SnoozeTerms) => void;
  resolve: (alerts: readonly AlertRow[], note?: string) => void;
  comment: (alert: AlertRow, text: string) => Promise<AlertRow | undefined>;
}

export function useAlertCommands(): AlertCommands {
  const acknowledge = useOne("acknowledge");
  const unacknowledge = useOne("unacknowledge");
  const sleep = useOne("snooze");
  const resolve = useOne("resolve");
  const many = useMany();
  const comment = useCommand(
    (alert: AlertRow, text: string) => api.post(pathTo(alertEndpoints.comment, { id: alert.id }), { text }),
    {
      commits: ({ id: alertId }, text) => [[{ type: "alert.comment", alertId, text }]],
      failure: "The comment could not be saved",
    },
  );
  // These functions stay the same while the component is mounted.
  const [ack, back, zzz, over, all, say] = [
    acknowledge.run,
    unacknowledge.run,
    sleep.run,
    resolve.run,
    many.run,
    comment.run,
  ];
  return useMemo(() => {
    const by = (run: Command<[AlertRow, Move], AlertRow>["run"], alerts: readonly AlertRow[], move: Move) => {
      const [only, ...more] = alerts;
      if (only && more.length === 0) void run(only, move);
      else if (only) void all({ ...move, alerts });
    };
    return {
      acknowledge: (alerts, terms = {}) => by(ack, alerts, acknowledgement(terms)),
      unacknowledge: (alerts) => by(back, alerts, TAKING_BACK),
      snooze: (alerts, terms) => by(zzz, alerts, snooze(terms)),
      resolve: (alerts, note = "") => by(over, alerts, resolution(note)),
      comment: say,
    };
  }, [ack, back, zzz, over, all, say]);
}

/** One action on one alert; a refusal carries the row as it now is. */
function useOne(verb: Order["verb"]): Command<[alert: AlertRow, move: Move], AlertRow> {
  return useCommand(
    (alert: AlertRow, { body }: Move) => api.post(pathTo(alertEndpoints[verb], { id: alert.id }), body),
    { commits: (alert, move) => [commitOf(alert, move)], failure: FAILURES[verb] },
  );
}
