"use client";

import { useMemo } from "react";
import { api } from "../live/api.ts";
import { latestFirst, placed } from "../live/live-list.ts";
import { type LiveList, useLiveList, useTopicOf } from "../live/use-live-list.ts";
import type { PeopleFilters, SessionRow, TaskRow } from "./sessions-model.ts";
import { bySessionOrder, byTaskOrder, matchesSession, matchesTask, sessionsPath, tasksPath } from "./sessions-model.ts";

/** A page of a counted list; the first has `total`. */
export interface PeoplePage<R> {
  items: R[];
  nextCursor: string | null;
  total?: number;
}

interface First<R> {
  path: string;
  page: PeoplePage<R>;
}

/** How the server pages both lists. */
const newestFirst = latestFirst((row: SessionRow | TaskRow) => row.createdAt);

/** Sessions that match, live: open ones first. */
export function useSessions(filters: PeopleFilters, first: First<SessionRow> | null): LiveList<SessionRow> {
  const path = sessionsPath(filters);
  const initial = first?.path === path ? first.page : undefined;
  return useLiveList<SessionRow>({
    key: ["sessions", path],
    load: (cursor, signal) => api.get(sessionsPath(filters, cursor ?? undefined), signal),
    initial,
    live: useTopicOf<SessionRow>("sessions", "session", initial),
    join: useMemo(
      () => placed((row: SessionRow) => matchesSession(row, filters), newestFirst, bySessionOrder),
      [filters],
    ),
  });
}

/** Tasks that match, live: open ones first. */
export function useTasks(filters: PeopleFilters, first: First<TaskRow> | null): LiveList<TaskRow> {
  const path = tasksPath(filters);
  const initial = first?.path === path ? first.page : undefined;
  return useLiveList<TaskRow>({
    key: ["tasks", path],
    load: (cursor, signal) => api.get(tasksPath(filters, cursor ?? undefined), signal),
    initial,
    live: useTopicOf<TaskRow>("sessions", "task", initial),
    join: useMemo(() => placed((row: TaskRow) => matchesTask(row, filters), newestFirst, byTaskOrder), [filters]),
  });
}
