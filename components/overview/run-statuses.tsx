"use client";

import Link from "next/link";
import type { Summary } from "../../domain/kernel/answers.ts";
import { runsHref } from "../../domain/kernel/links.ts";
import { RUN_STATUSES } from "../../domain/kernel/statuses.ts";
import { StatusIcon } from "../ui/badge.tsx";
import { Card } from "../ui/card.tsx";
import { formatCount } from "../ui/format.ts";
import { statusLook, toneColor } from "../ui/status.ts";

/** All runs by status, each linking to the filtered list. */
export function RunStatuses({ byStatus }: { byStatus: Summary["runs"]["byStatus"] }) {
  const most = Math.max(1, ...Object.values(byStatus));
  const total = Object.values(byStatus).reduce((sum, count) => sum + count, 0);
  return (
    <Card title="Runs by status" actions={<span className="tabular-nums">{formatCount(total)} in all</span>} flush>
      <ul className="py-1">
        {RUN_STATUSES.map((status) => {
          const { label, tone } = statusLook("run", status);
          const count = byStatus[status];
          return (
            <li key={status}>
              <Link
                href={runsHref(status)}
                className="grid h-[26px] grid-cols-[1rem_5.5rem_minmax(0,1fr)_auto] items-center gap-2 px-3.5 text-body hover:bg-hover"
              >
                <StatusIcon kind="run" status={status} still={count === 0} />
                <span className={count === 0 ? "text-faint" : "text-ink"}>{label}</span>
                <span aria-hidden className="h-1.5 overflow-hidden rounded-full bg-inset">
                  <span
                    className="block h-full min-w-0 rounded-full"
                    style={{ width: `${(count / most) * 100}%`, background: toneColor(tone) }}
                  />
                </span>
                <span className={count === 0 ? "text-faint tabular-nums" : "font-medium tabular-nums"}>
                  {formatCount(count)}
                </span>
              </Link>
            </li>
          );
        })}
      </ul>
    </Card>
  );
}
