"use client";

import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { useEffect, useRef } from "react";
import { ruleEndpoints } from "../../domain/alerts/endpoints.ts";
import { channelEndpoints } from "../../domain/alerts/notification-endpoints.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
import { alertHref } from "../../domain/kernel/links.ts";
import { api } from "../live/api.ts";
import { useTopicList } from "../live/rows.ts";
import { formatPlural } from "../ui/format.ts";
import { serverNow } from "../ui/now.ts";
import type { AlertRow } from "./alert-model.ts";
import { beginSeeing, isShown, newsOf, type Seen } from "./browser-news.ts";
import { show, useNotificationState } from "./notification-choice.ts";
import { RULES_KEY } from "./rules/use-rules.ts";

/** More than this at once become one notification. */
const ONE_BY_ONE = 3;
const KEPT_MS = 30_000;
const LOCK = "switchyard.notifications";

/**
 * Tells of alerts outside the page, where somebody has turned that on. Of all tabs of a browser one
 * does.
 */
export function BrowserNotifier() {
  const client = useQueryClient();
  const router = useRouter();
  const { rows, seq } = useTopicList("alerts", "alert");
  const on = useNotificationState() === "on";
  const leads = useLead(on);
  const seen = useRef<Seen | null>(null);
  const shown = useRef(new Map<string, Notification>());

  useEffect(() => {
    if (seq === 0) return;
    const alerts = rows as readonly AlertRow[];
    // Every tab follows, so that whichever comes to lead knows what is new.
    seen.current ??= beginSeeing(alerts, new Date(serverNow()).toISOString());
    const { fired, ended } = newsOf(seen.current, alerts);
    for (const id of ended) {
      shown.current.get(id)?.close();
      shown.current.delete(id);
    }
    if (!leads.current || fired.length === 0) return;
    const open = (path: string) => () => router.push(path);
    void toShow(client, fired).then((due) => {
      if (due.length > ONE_BY_ONE) {
        const [worst] = due;
        const body = `${worst?.title}, and ${formatPlural(due.length - 1, "other")}`;
        show(`${formatPlural(due.length, "alert")} fire`, body, "switchyard:many", open("/alerts"));
        return;
      }
      for (const alert of due) {
        const path = alertHref(alert.id);
        const words = alert.detail ?? `${alert.subjectKind} ${alert.subjectId}`;
        const notification = show(alert.title, words, `switchyard:${alert.id}`, open(path));
        if (notification) shown.current.set(alert.id, notification);
      }
    });
  }, [rows, seq, client, router, leads]);
  return null;
}

/** Those that this browser shows; only critical ones if the rules cannot be read now. */
async function toShow(client: QueryClient, fired: readonly AlertRow[]): Promise<AlertRow[]> {
  const [rules, channels] = await Promise.all([
    client.fetchQuery({
      queryKey: RULES_KEY,
      queryFn: ({ signal }) => api.get(pathTo(ruleEndpoints.list), signal),
      staleTime: KEPT_MS,
    }),
    client.fetchQuery({
      queryKey: ["channels", "all"],
      queryFn: ({ signal }) => api.get(pathTo(channelEndpoints.list, { limit: 100 }), signal),
      staleTime: KEPT_MS,
    }),
  ]).catch(() => [{ items: [] }, { items: [] }] as const);
  const here = channels.items.filter(({ channelKind, enabled }) => channelKind === "browser" && enabled);
  const browserChannels = new Set(here.map(({ id }) => id));
  return fired.filter((alert) => isShown(alert, rules.items, browserChannels));
}

/**
 * Whether this tab is the one that notifies: it holds a lock that all tabs of the browser ask for.
 * Without locks every tab notifies.
 */
function useLead(wanted: boolean): React.RefObject<boolean> {
  const leads = useRef(false);
  useEffect(() => {
    if (!wanted) return;
    if (!("locks" in navigator)) {
      leads.current = true;
      return () => {
        leads.current = false;
      };
    }
    const gone = new AbortController();
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    navigator.locks
      .request(LOCK, { signal: gone.signal }, () => {
        leads.current = !gone.signal.aborted;
        return held;
      })
      .catch(() => undefined);
    return () => {
      leads.current = false;
      release();
      gone.abort();
    };
  }, [wanted]);
  return leads;
}
