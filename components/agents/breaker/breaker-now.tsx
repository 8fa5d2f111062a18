import type { CSSProperties, ReactNode } from "react";
import { actorName } from "../../alerts/alert-model.ts";
import { toneColor } from "../../ui/status.ts";
import { Countdown, RelativeTime } from "../../ui/time.tsx";
import type { BreakerView } from "./breaker-view.ts";

/**
 * The status of a breaker that is not simply closed: its countdown, its trials, or its override.
 */
export function BreakerNow({ view }: { view: BreakerView }) {
  const { state, due, trials, openings, override } = view;
  switch (state) {
    case "closed":
      return null;
    case "open":
      return (
        <Strip tone="failed">
          {due ? (
            <span>
              {due.label} <Countdown to={due.at} className="font-semibold" />
            </span>
          ) : (
            <span>No calls pass</span>
          )}
          {openings > 1 && <span>{openings} openings in a row</span>}
        </Strip>
      );
    case "half_open":
      return (
        <Strip tone="blocked">
          <span>
            {trials?.inFlight ?? 0} of {trials?.permitted ?? 0} trials in flight
          </span>
          <span>
            {trials?.passed ?? 0} passed, {trials?.failed ?? 0} failed
          </span>
        </Strip>
      );
    case "forced_open":
    case "disabled":
      return (
        <Strip tone={state === "disabled" ? "cancelled" : "timed-out"}>
          <span className="min-w-0 break-words">
            {state === "disabled" ? "Every call passes" : "No call passes"}
            {override && (
              <>
                : “{override.reason}” — {actorName(override.by)}, <RelativeTime at={override.at} />
              </>
            )}
          </span>
          {due ? (
            <span>
              {due.label} <Countdown to={due.at} className="font-semibold" />
            </span>
          ) : (
            <span>until somebody resets it</span>
          )}
        </Strip>
      );
  }
}

function Strip({ tone, children }: { tone: Parameters<typeof toneColor>[0]; children: ReactNode }) {
  return (
    <div
      className="tone flex flex-wrap justify-between gap-x-3 gap-y-0.5 rounded px-2 py-1 text-small"
      style={{ "--tone": toneColor(tone) } as CSSProperties}
    >
      {children}
    </div>
  );
}
