import type { CSSProperties } from "react";
import { JOB_STATUSES } from "../../../domain/kernel/statuses.ts";
import { statusLook, toneColor } from "../../ui/status.ts";

/** What the cells' icons and colours mean. */
export function RadarLegend() {
  return (
    <ul aria-label="Legend" className="flex flex-wrap gap-x-4 gap-y-1 px-1 text-small text-muted">
      {JOB_STATUSES.map((status) => {
        const { label, tone, icon: Icon } = statusLook("job", status);
        return (
          <li key={status} className="flex items-center gap-1.5">
            <span
              className="tone flex size-4 items-center justify-center rounded"
              style={{ "--tone": toneColor(tone) } as CSSProperties}
            >
              <Icon aria-hidden className="size-3" strokeWidth={2.25} />
            </span>
            {label}
          </li>
        );
      })}
    </ul>
  );
}
