"use client";

import { parseAsString, parseAsStringLiteral, useQueryState } from "nuqs";
import { useCallback, useEffect, useMemo, useState } from "react";
import { APPROVAL_STATUSES, type ApprovalStatus } from "../../domain/kernel/statuses.ts";
import { MoreRows, useFirstRows } from "../lists/first-rows.tsx";
import { useNewest, useTopicRows } from "../live/rows.ts";
import { Button } from "../ui/button.tsx";
import { ErrorState } from "../ui/empty-state.tsx";
import { formatPlural } from "../ui/format.ts";
import { Kbd } from "../ui/kbd.tsx";
import { PageHeader } from "../ui/page-header.tsx";
import { PageSkeleton } from "../ui/skeleton.tsx";
import { statusLook } from "../ui/status.ts";
import { Tabs } from "../ui/tabs.tsx";
import { useTitle } from "../ui/use-title.ts";
import { ApprovalList } from "./approval-list.tsx";
import { type ApprovalPage, type ApprovalRow, approvalsOf } from "./approval-model.ts";
import { NoApprovals } from "./no-approvals.tsx";
import { useDecidedApprovals } from "./use-decided-approvals.ts";

interface ApprovalsScreenProps {
  /** The reader, as events name them: `user:ada`. */
  me: string;
  /** All that wait, and the one that the address names. */
  initial: readonly ApprovalRow[];
  /** Whether more wait than these. */
  cut: boolean;
  /** The view when the address names none. */
  first: ApprovalStatus;
  /** First page of the view asked for, unless that is the one of those that wait. */
  decided?: ApprovalPage | undefined;
}

/** Decisions that somebody waits for, live in every browser. */
export function ApprovalsScreen({ me, initial, cut, first, decided }: ApprovalsScreenProps) {
  const [view, setView] = useQueryState("status", parseAsStringLiteral(APPROVAL_STATUSES).withDefault(first));
  const [id, setId] = useQueryState("id", parseAsString);
  const live = useTopicRows("approvals", "approval", initial);
  const waiting = useMemo(() => live.filter(({ status }) => status === "pending"), [live]);
  const [kept, forget] = useKept(waiting);
  const shown = useMemo(() => approvalsOf(live, "pending", kept), [live, kept]);
  const {
    first: drawn,
    rest,
    more,
  } = useFirstRows(
    shown,
    shown.findIndex((one) => one.id === id),
  );
  const justDecided = shown.length - waiting.length;

  useTitle(waiting.length > 0 ? `Approvals (${waiting.length} waiting)` : "Approvals");

  const choose = useCallback((next: string | null) => void setId(next), [setId]);
  const contentOf = (status: ApprovalStatus) =>
    status === "pending" ? (
      <>
        {justDecided > 0 && (
          <p role="status" className="mb-2 flex items-center gap-2 text-small text-muted">
            {formatPlural(justDecided, "decision")} since you opened this page
            <Button size="sm" variant="ghost" onClick={forget}>
              Hide
            </Button>
          </p>
        )}
        {shown.length > 0 ? (
          <>
            <ApprovalList approvals={drawn} me={me} id={id} onChoose={choose} follows />
            <MoreRows rest={rest} more={more} beyond={cut && "There are more that wait than this page has."} />
          </>
        ) : (
          <NoApprovals status="pending" />
        )}
      </>
    ) : (
      <Decided status={status} me={me} live={live} id={id} onChoose={choose} initial={decided} />
    );

  return (
    <>
      <PageHeader
        title="Approvals"
        actions={
          <p aria-hidden className="hidden min-h-8 items-center gap-1 text-small text-muted md:flex">
            <Kbd>j</Kbd>
            <Kbd>k</Kbd> move <Kbd className="ml-2">a</Kbd> approve <Kbd className="ml-2">r</Kbd> reject{" "}
            <Kbd className="ml-2">e</Kbd> edit
          </p>
        }
      />
      <Tabs
        label="Approvals by status"
        value={view}
        onValueChange={(next) => {
          void setView(next as ApprovalStatus);
          void setId(null);
        }}
        items={APPROVAL_STATUSES.map((status) => ({
          value: status,
          label: statusLook("approval", status).label,
          count: status === "pending" ? waiting.length : undefined,
          content: view === status ? contentOf(status) : null,
        }))}
      />
    </>
  );
}

/**
 * Those that were waiting on this page: decided ones stay in place until the reader clears them.
 */
function useKept(waiting: readonly ApprovalRow[]): [ReadonlySet<string>, () => void] {
  const [kept, setKept] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => {
    if (waiting.some(({ id }) => !kept.has(id))) setKept(new Set([...kept, ...waiting.map(({ id }) => id)]));
  }, [waiting, kept]);
  const forget = useCallback(() => setKept(new Set()), []);
  return [kept, forget];
}

interface DecidedProps {
  status: ApprovalStatus;
  me: string;
  live: readonly ApprovalRow[];
  id: string | null;
  onChoose: (id: string | null) => void;
  initial: ApprovalPage | undefined;
}

const NONE: ReadonlySet<string> = new Set();

function Decided({ status, me, live, id, onChoose, initial }: DecidedProps) {
  const [fits] = useState(initial?.items[0]?.status === status);
  const past = useDecidedApprovals(status, fits ? initial : undefined);
  const newest = useNewest();
  const rows = useMemo(() => {
    const known = new Set(live.map((approval) => approval.id));
    const all = [...live, ...past.items.filter((one) => !known.has(one.id)).map((one) => newest(one))];
    return approvalsOf(all, status, NONE);
  }, [live, past.items, newest, status]);
  if (rows.length === 0 && past.isError)
    return <ErrorState detail={past.error.message} onRetry={() => void past.refetch()} />;
  if (rows.length === 0 && past.isPending) return <PageSkeleton rows={4} />;
  if (rows.length === 0) return <NoApprovals status={status} />;
  return (
    <>
      <ApprovalList approvals={rows} me={me} id={id} onChoose={onChoose} />
      {past.hasNextPage && (
        <Button className="mt-3" busy={past.isFetchingNextPage} onClick={() => void past.fetchNextPage()}>
          Load older
        </Button>
      )}
    </>
  );
}
