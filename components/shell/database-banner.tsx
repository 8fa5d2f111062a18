"use client";

import { DatabaseZap } from "lucide-react";
import type { CSSProperties } from "react";
import { useFreshness } from "../live/live-provider.tsx";
import { formatClock } from "../ui/format.ts";
import { toneColor } from "../ui/status.ts";
import { DATABASE_FAULTS, DATABASE_WAYS_OUT } from "./database-faults.ts";

/**
 * Says on every page why the server's database does not do its work now: changes are refused, and
 * what is shown may be old.
 */
export function DatabaseBanner() {
  const { databaseAway, since } = useFreshness();
  return (
    <div role="alert" aria-label="Database">
      {databaseAway && (
        <p
          style={{ "--tone": toneColor("failed") } as CSSProperties}
          className="tone flex items-center gap-2 border-b border-line px-3 py-2 text-body sm:px-5"
        >
          <DatabaseZap aria-hidden className="size-4 shrink-0" />
          <span>
            <strong className="font-semibold">
              {DATABASE_FAULTS[databaseAway]}
              {since && ` since ${formatClock(since.getTime())}`}.
            </strong>{" "}
            Changes are refused, and what you see may be out of date. {DATABASE_WAYS_OUT[databaseAway]}
          </span>
        </p>
      )}
    </div>
  );
}
