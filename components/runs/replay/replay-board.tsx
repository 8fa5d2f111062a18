"use client";

import { WORKSTREAM_STATUSES } from "../../../domain/kernel/statuses.ts";
import type { Wire } from "../../../domain/kernel/wire.ts";
import { columnsOf } from "../../board/board-model.ts";
import { CardView } from "../../board/card-view.tsx";
import { StatusIcon } from "../../ui/badge.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { statusLook } from "../../ui/status.ts";

/** The run's workstreams by status at the position: cards that cannot be moved. */
export function ReplayBoard({ workstreams }: { workstreams: readonly Wire<"workstream">[] }) {
  if (workstreams.length === 0) return <EmptyState title="There was no workstream at this position" />;
  const columns = columnsOf(workstreams);
  return (
    <div className="flex gap-1.5 overflow-x-auto pb-2">
      {WORKSTREAM_STATUSES.map((status) => (
        <section
          key={status}
          aria-label={statusLook("workstream", status).label}
          className="w-[min(70vw,16rem)] flex-none rounded-lg bg-inset/60 md:w-auto md:min-w-36 md:flex-1"
        >
          <h3 className="flex items-center gap-1.5 px-2.5 pt-2 text-small font-medium">
            <StatusIcon kind="workstream" status={status} still />
            {statusLook("workstream", status).label}
            <span className="text-muted tabular-nums">{columns[status].length}</span>
          </h3>
          <ul className="space-y-1.5 p-1.5">
            {columns[status].map((card) => (
              <li key={card.id}>
                <CardView card={card} showRun={false} />
              </li>
            ))}
          </ul>
        </section>
      ))}
    </div>
  );
}
