"use client";

import { useQuery } from "@tanstack/react-query";
import { ChevronRight, ShieldX } from "lucide-react";
import { useId, useState } from "react";
import type { SwitchyardError } from "../../../client/core/problem.ts";
import { eventEndpoints } from "../../../domain/commit/endpoints.ts";
import { pathTo } from "../../../domain/kernel/endpoint.ts";
import type { LogEvent } from "../../../domain/kernel/event.ts";
import type { StoredReceipt } from "../../../domain/kernel/receipt.ts";
import { eventSummary } from "../../events/event-line.ts";
import { api } from "../../live/api.ts";
import { cn } from "../../ui/cn.ts";
import { CopyId } from "../../ui/copy-id.tsx";
import { Fact, Facts } from "../../ui/fact.tsx";
import { TableRow, Td } from "../../ui/table.tsx";
import { RelativeTime } from "../../ui/time.tsx";
import { useMoment } from "../../ui/use-moment.ts";
import { mutationsText, positionsText } from "./receipt-text.ts";

interface ReceiptRowProps {
  runId: string;
  receipt: StoredReceipt;
  /** The check found that this receipt does not fit into the chain. */
  isBad: boolean;
}

/** One commit's receipt; expanded, its hashes and the run's events in it. */
export function ReceiptRow({ runId, receipt, isBad }: ReceiptRowProps) {
  const [open, setOpen] = useState(false);
  const details = useId();
  return (
    <>
      <TableRow className={cn(isBad && "bg-danger-soft", open && "border-b-0")}>
        <Td className="whitespace-nowrap">
          <button
            type="button"
            aria-expanded={open}
            aria-controls={open ? details : undefined}
            onClick={() => setOpen(!open)}
            className="flex items-center gap-1.5 font-mono text-small tabular-nums"
          >
            <ChevronRight aria-hidden className={cn("size-3.5 text-faint transition-transform", open && "rotate-90")} />
            {positionsText(receipt)}
          </button>
        </Td>
        <Td className="max-w-80 truncate" title={receipt.mutations.join(", ")}>
          {isBad && (
            <ShieldX
              role="img"
              aria-label="Does not fit"
              className="mr-1 inline size-3.5 align-text-bottom text-danger"
            />
          )}
          {mutationsText(receipt.mutations)}
        </Td>
        <Td className="text-muted">{receipt.actor ?? "–"}</Td>
        <Td className="text-muted">
          <RelativeTime at={receipt.committedAt} />
        </Td>
        <Td>
          <CopyId id={receipt.hash} shown={receipt.hash.slice(0, 12)} />
        </Td>
        <Td>
          <CopyId id={receipt.receiptId} className="max-w-40" />
        </Td>
      </TableRow>
      {open && (
        <tr id={details} className="border-b border-line last:border-b-0">
          <td colSpan={6} className="px-3 pb-3 pl-8">
            <Details runId={runId} receipt={receipt} />
          </td>
        </tr>
      )}
    </>
  );
}

const MOST_EVENTS = 100;

function Details({ runId, receipt }: { runId: string; receipt: StoredReceipt }) {
  const moment = useMoment();
  const { firstSeq, lastSeq } = receipt;
  const { data, error } = useQuery<LogEvent[], SwitchyardError>({
    queryKey: ["receipt-events", runId, receipt.receiptId],
    queryFn: async ({ signal }) => {
      const its = { after: firstSeq - 1, before: lastSeq + 1, limit: MOST_EVENTS, large: "omit" } as const;
      return (await api.get(pathTo(eventEndpoints.ofRun, { id: runId, ...its }), signal)).items;
    },
    enabled: lastSeq >= firstSeq,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <div className="space-y-2.5">
      <Facts>
        <Fact name="Committed">{moment(receipt.committedAt)}</Fact>
        <Fact name="Hash">
          <span className="font-mono text-small break-all">{receipt.hash}</span>
        </Fact>
        <Fact name="Follows">
          <span className="font-mono text-small break-all">{receipt.prevHash || "none: it is the first"}</span>
        </Fact>
      </Facts>
      {error && <p className="text-body text-danger">{error.detail}</p>}
      {data && data.length > 0 && (
        <ul aria-label="Events of this run" className="text-body">
          {data.map((event) => (
            <li key={event.seq} className="flex min-w-0 items-baseline gap-2 leading-6">
              <span className="w-16 shrink-0 font-mono text-small text-muted tabular-nums">#{event.seq}</span>
              <span className="shrink-0">{event.type}</span>
              <span className="shrink-0 font-mono text-small text-muted">{event.subject.id}</span>
              <span className="min-w-0 truncate text-muted">{eventSummary(event)}</span>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
