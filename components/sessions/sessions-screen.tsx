"use client";

import { ArrowLeftRight, MessagesSquare } from "lucide-react";
import { useQueryStates } from "nuqs";
import type { ReactNode } from "react";
import { SESSION_STATUSES, TASK_STATUSES } from "../../domain/kernel/statuses.ts";
import type { LiveList } from "../live/use-live-list.ts";
import { StatusIcon } from "../ui/badge.tsx";
import { Button } from "../ui/button.tsx";
import { EmptyState, ErrorState } from "../ui/empty-state.tsx";
import { PageHeader } from "../ui/page-header.tsx";
import { PageSkeleton } from "../ui/skeleton.tsx";
import { statusLook } from "../ui/status.ts";
import { Tabs } from "../ui/tabs.tsx";
import { useTitle } from "../ui/use-title.ts";
import { SessionDetails, TaskDetails } from "./details.tsx";
import { SessionTable } from "./session-table.tsx";
import { PeopleFiltersBar } from "./sessions-filters.tsx";
import type { PeopleFilters, SessionRow, TaskRow } from "./sessions-model.ts";
import { PEOPLE_URL, type PeopleTab } from "./sessions-url.ts";
import { TaskTable } from "./task-table.tsx";
import { type PeoplePage, useSessions, useTasks } from "./use-sessions.ts";

/** The first page that the server rendered, and of which list. */
export type FirstPage =
  | { tab: "sessions"; path: string; page: PeoplePage<SessionRow> }
  | { tab: "tasks"; path: string; page: PeoplePage<TaskRow> };

interface SessionsScreenProps {
  first: FirstPage;
  /** An untouched session expires after this long, ms. */
  keptMs: number;
}

const SESSION_OPTIONS = SESSION_STATUSES.map((value) => ({
  value,
  label: statusLook("session", value).label,
  icon: <StatusIcon kind="session" status={value} still />,
}));
const TASK_OPTIONS = TASK_STATUSES.map((value) => ({
  value,
  label: statusLook("task", value).label,
  icon: <StatusIcon kind="task" status={value} still />,
}));

const POST = (path: string, body: string): string =>
  `curl -X POST $URL/api/v1/${path} -H "authorization: Bearer $KEY" -H "content-type: application/json" \\\n  -d '${body}'`;

/** Agents' sessions and tasks, live, with the events and actors of each. */
export function SessionsScreen({ first, keptMs }: SessionsScreenProps) {
  const [url, setUrl] = useQueryStates(PEOPLE_URL);
  useTitle(url.tab === "tasks" ? "Tasks" : "Sessions");
  const open = (id: string | null) => void setUrl({ id });
  const shared = {
    filters: url,
    openId: url.id,
    onOpen: open,
    onFilter: (change: Partial<PeopleFilters>) => void setUrl(change),
  };
  return (
    <>
      <PageHeader title="Sessions & tasks" />
      <Tabs
        label="Sessions or tasks"
        value={url.tab}
        onValueChange={(tab) => void setUrl({ tab: tab as PeopleTab, status: "", who: "", type: "", id: null })}
        items={[
          {
            value: "sessions",
            label: "Sessions",
            content: <Sessions {...shared} keptMs={keptMs} first={first.tab === "sessions" ? first : null} />,
          },
          {
            value: "tasks",
            label: "Tasks",
            content: <Tasks {...shared} first={first.tab === "tasks" ? first : null} />,
          },
        ]}
      />
      {url.id !== null && url.tab === "sessions" && (
        <SessionDetails key={url.id} id={url.id} keptMs={keptMs} onClose={() => open(null)} />
      )}
      {url.id !== null && url.tab === "tasks" && <TaskDetails key={url.id} id={url.id} onClose={() => open(null)} />}
    </>
  );
}

interface ListProps<T extends FirstPage["tab"]> {
  filters: PeopleFilters;
  first: Extract<FirstPage, { tab: T }> | null;
  openId: string | null;
  onOpen: (id: string) => void;
  onFilter: (change: Partial<PeopleFilters>) => void;
}

function Sessions({ filters, first, keptMs, openId, onOpen, onFilter }: ListProps<"sessions"> & { keptMs: number }) {
  const view = useSessions(filters, first);
  return (
    <>
      <PeopleFiltersBar filters={filters} statuses={SESSION_OPTIONS} who="Role" onChange={onFilter} />
      <List view={view} filters={filters} onFilter={onFilter} empty={<NoSessions />}>
        {(rows) => <SessionTable sessions={rows} keptMs={keptMs} openId={openId} onOpen={onOpen} />}
      </List>
    </>
  );
}

function Tasks({ filters, first, openId, onOpen, onFilter }: ListProps<"tasks">) {
  const view = useTasks(filters, first);
  return (
    <>
      <PeopleFiltersBar filters={filters} statuses={TASK_OPTIONS} who="Agent" type="Type" onChange={onFilter} />
      <List view={view} filters={filters} onFilter={onFilter} empty={<NoTasks />}>
        {(rows) => <TaskTable tasks={rows} openId={openId} onOpen={onOpen} />}
      </List>
    </>
  );
}

interface RowsProps<R> {
  view: LiveList<R>;
  filters: PeopleFilters;
  onFilter: (change: Partial<PeopleFilters>) => void;
  empty: ReactNode;
  children: (rows: readonly R[]) => ReactNode;
}

function List<R>({ view, filters, onFilter, empty, children }: RowsProps<R>) {
  const { rows, error } = view;
  if (!rows) return error ? <ErrorState detail={error.detail} onRetry={view.retry} /> : <PageSkeleton rows={6} />;
  if (rows.length === 0 && !view.hasMore) {
    const filtered = filters.status !== "" || filters.who !== "" || filters.type !== "";
    if (!filtered) return empty;
    return (
      <p role="status" className="py-6 text-center text-body text-muted">
        Nothing matches.{" "}
        <button type="button" className="link" onClick={() => onFilter({ status: "", who: "", type: "" })}>
          Clear the filters
        </button>
      </p>
    );
  }
  return (
    <>
      {children(rows)}
      {view.hasMore && (
        <Button className="mt-3" busy={view.loadingMore} onClick={view.more}>
          Load older
        </Button>
      )}
    </>
  );
}

function NoSessions() {
  return (
    <EmptyState
      icon={<MessagesSquare />}
      title="No sessions yet"
      command={POST("sessions", '{"sessionId":"s-1","agentRole":"coder","metadata":{"branch":"main"}}')}
    >
      An agent opens a session when it begins to work and keeps its notes in the metadata. An untouched one expires.
    </EmptyState>
  );
}

function NoTasks() {
  return (
    <EmptyState
      icon={<ArrowLeftRight />}
      title="No tasks yet"
      command={POST(
        "tasks",
        '{"taskId":"t-1","taskType":"review","fromAgent":"planner","toAgent":"coder","idempotencyKey":"review-42"}',
      )}
    >
      A task goes from one agent to another. Created twice with the same idempotency key, it exists once.
    </EmptyState>
  );
}
