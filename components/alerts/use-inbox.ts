"use client";

import { useMemo } from "react";
import { api } from "../live/api.ts";
import { type LiveList, useLiveList, useTopicOf } from "../live/use-live-list.ts";
import type { AlertRow } from "./alert-model.ts";
import { type InboxFilter, inboxPath } from "./inbox-filter.ts";
import { type AlertPage, windowOf } from "./inbox-window.ts";

/**
 * The alerts of a filter, page by page behind the scroll, with what frames bring. `initial` is the
 * first page for `initialPath`.
 */
export function useInbox(filter: InboxFilter, initial: AlertPage, initialPath: string): LiveList<AlertRow> {
  const path = inboxPath(filter, null);
  const first = path === initialPath ? initial : undefined;
  return useLiveList<AlertRow>({
    key: ["alerts", path],
    load: (cursor, signal) => api.get(inboxPath(filter, cursor), signal),
    initial: first,
    live: useTopicOf<AlertRow>("alerts", "alert", first),
    join: useMemo(() => windowOf(filter), [filter]),
  });
}
