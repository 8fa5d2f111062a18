"use client";

import { useQuery } from "@tanstack/react-query";
import { parseAsString, useQueryState } from "nuqs";
import { useEffect } from "react";
import type { SwitchyardError } from "../../client/core/problem.ts";
import { alertEndpoints } from "../../domain/alerts/endpoints.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
import { api } from "../live/api.ts";
import { useRow } from "../live/rows.ts";
import { toast } from "../ui/toast.ts";
import { useAlertCommands } from "./alert-actions.ts";
import { AlertDrawer } from "./alert-drawer.tsx";
import type { AlertRow } from "./alert-model.ts";

/**
 * The alert whose details are open, from the URL: notifications and other pages link to it
 * (`/alerts?alert=ID`).
 */
export const useLinkedAlert = () => useQueryState("alert", parseAsString.withOptions({ history: "push" }));

/** The details of the alert that the URL names, also when it is not in the list. */
export function LinkedAlert() {
  const [alertId, setAlertId] = useLinkedAlert();
  const commands = useAlertCommands();
  const known = useRow("alert", alertId ?? "");
  const { data, error } = useQuery<AlertRow, SwitchyardError>({
    queryKey: ["alerts", "linked", alertId],
    queryFn: ({ signal }) => api.get(pathTo(alertEndpoints.one, { id: alertId ?? "" }), signal),
    enabled: alertId !== null && !known,
  });
  useEffect(() => {
    if (!error || known) return;
    toast.error(error.status === 404 ? "There is no such alert" : "The alert could not be loaded", {
      description: error.detail,
    });
    void setAlertId(null);
  }, [error, known, setAlertId]);
  const alert = alertId === null ? undefined : ((known as AlertRow | undefined) ?? data);
  return (
    <AlertDrawer
      alert={alert}
      commands={commands}
      onClose={() => void setAlertId(null)}
      onOpen={(id) => void setAlertId(id)}
    />
  );
}
