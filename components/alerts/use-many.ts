"use client";

import { useQueryClient } from "@tanstack/react-query";
import { alertEndpoints, BULK } from "../../domain/alerts/endpoints.ts";
import type { ClientMutationInput } from "../../domain/commit/mutations.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
import { api } from "../live/api.ts";
import { applyRows } from "../live/row-cache.ts";
import { type Command, useCommand } from "../live/use-command.ts";
import { formatPlural } from "../ui/format.ts";
import { toast } from "../ui/toast.ts";
import type { AlertRow } from "./alert-model.ts";

type Verb = "acknowledge" | "unacknowledge" | "snooze" | "resolve";
/** What the API takes besides the ids. */
interface VerbBody {
  note?: string;
  timeoutMs?: number;
  until?: string;
  mode?: "resolved" | "worse";
}

/** One order for several alerts. */
export interface Order {
  verb: Verb;
  alerts: readonly AlertRow[];
  body: VerbBody;
}

/** An order for one alert, as a commit. */
export const commitOf = ({ id: alertId }: AlertRow, { verb, body }: Omit<Order, "alerts">): ClientMutationInput[] => [
  { type: `alert.${verb}`, alertId, ...body },
];

interface Outcome {
  moved: AlertRow[];
  /** Those that could not be moved, as they are. */
  stayed: AlertRow[];
  why: string;
}

/** The API takes so many at once. */
const AT_ONCE = 1000;
/**
 * So many refused ones are asked for anew; of more, what is known is shown until their next change.
 */
const ASKED_ANEW = 50;

/**
 * Moves several alerts in as few commits as can be. Those that cannot be moved are shown as they
 * are, and why.
 */
export function useMany(): Command<[order: Order], Outcome> {
  const client = useQueryClient();
  return useCommand(send, {
    commits: ({ alerts, ...move }) => alerts.map((alert) => commitOf(alert, move)),
    failure: "The alerts could not be changed",
    onDone: ({ moved, stayed, why }, { alerts }) => {
      applyRows(client, moved);
      applyRows(client, stayed, true);
      if (stayed.length > 0) {
        toast.error(`${stayed.length} of ${formatPlural(alerts.length, "alert")} could not be changed`, {
          description: why,
        });
      }
    },
  });
}

async function send({ verb, alerts, body }: Order): Promise<Outcome> {
  const moved: AlertRow[] = [];
  const refused: AlertRow[] = [];
  let why = "";
  for (let from = 0; from < alerts.length; from += AT_ONCE) {
    const part = alerts.slice(from, from + AT_ONCE);
    const { items } = await api.post(pathTo(BULK[verb]), { alertIds: part.map(({ id }) => id), ...body });
    const byId = new Map(items.map((item) => [item.alertId, item]));
    for (const alert of part) {
      const item = byId.get(alert.id);
      if (item?.ok) moved.push(item.alert);
      else {
        refused.push(alert);
        why ||= item?.message ?? "";
      }
    }
  }
  const anew = refused.length > ASKED_ANEW ? [] : refused;
  const stayed = await Promise.all(
    anew.map((alert) => api.get(pathTo(alertEndpoints.one, { id: alert.id })).catch(() => alert)),
  );
  return { moved, stayed: [...stayed, ...refused.slice(anew.length)], why };
}
