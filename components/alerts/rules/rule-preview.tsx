"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { RulePreview } from "../../../domain/alerts/endpoints.ts";
import { ruleEndpoints } from "../../../domain/alerts/endpoints.ts";
import { pathTo } from "../../../domain/kernel/endpoint.ts";
import { ownOf } from "../../../domain/kernel/json-map.ts";
import { DAY_MS } from "../../../domain/kernel/time.ts";
import { api } from "../../live/api.ts";
import { Button } from "../../ui/button.tsx";
import { formatPlural } from "../../ui/format.ts";
import { Skeleton } from "../../ui/skeleton.tsx";
import { RelativeTime } from "../../ui/time.tsx";
import { formatMeasure } from "./measure.ts";
import type { RulePut } from "./rule-draft.ts";

const DAYS = 7;
/** Typing is not followed letter by letter. */
const PAUSE_MS = 400;
const LISTED = 5;

const NO_HISTORY = "No history is kept of what this kind of rule checks, so there is no preview.";
const UNSEEN: { readonly [kind in RulePut["kind"]]?: string } = {
  agent_silent: "Only the last time an agent was seen is kept, so there is no preview.",
  stuck: "What runs waited for at a time is not kept: so nobody can say how often this would have fired.",
};

/** How often the rule would have fired lately; null while it is not a rule yet. */
export function RulePreviewStrip({ rule }: { rule: RulePut | null }) {
  const asked = useSettled(
    rule && JSON.stringify({ kind: rule.kind, params: rule.params, forMs: rule.forMs ?? 0, days: DAYS }),
  );
  const preview = useQuery({
    queryKey: ["alert-rules", "preview", asked],
    // A question that is not asked any more is called off.
    queryFn: ({ signal }) => api.post(pathTo(ruleEndpoints.preview), JSON.parse(asked ?? "{}"), signal),
    enabled: asked !== null,
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 60_000,
  });
  const { data } = preview;
  return (
    <section
      aria-label="Preview"
      aria-live="polite"
      aria-busy={rule !== null && (preview.isFetching || preview.isPlaceholderData)}
      className="rounded-md border border-line p-3"
    >
      {rule === null && <p className="text-body text-muted">The preview comes when every field can be read.</p>}
      {rule !== null && preview.isError && (
        <p className="flex items-center gap-2 text-body text-danger">
          {preview.error.message}
          <Button size="sm" onClick={() => void preview.refetch()}>
            Try again
          </Button>
        </p>
      )}
      {rule !== null && !preview.isError && !data && <Skeleton className="h-16" />}
      {rule !== null && !preview.isError && data && (
        <div className={preview.isPlaceholderData ? "opacity-60" : undefined}>
          {data.supported ? (
            <Firings preview={data} kind={rule.kind} />
          ) : (
            <p className="text-body text-muted">{ownOf(UNSEEN, rule.kind) ?? NO_HISTORY}</p>
          )}
        </div>
      )}
    </section>
  );
}

/** Width of the strip's drawing. */
const WIDE = 1000;

function Firings({ preview, kind }: { preview: RulePreview; kind: RulePut["kind"] }) {
  const { fired, firings, evaluatedFrom, evaluatedTo } = preview;
  const to = Date.parse(evaluatedTo);
  const from = to - DAYS * DAY_MS;
  const place = (at: string | null) =>
    Math.min(1, Math.max(0, ((at === null ? to : Date.parse(at)) - from) / (to - from))) * WIDE;
  const begun = place(evaluatedFrom);
  return (
    <>
      <p className="text-body">
        It would have fired <strong className="tabular-nums">{formatPlural(fired, "time")}</strong>{" "}
        {begun > 5 ? (
          <>
            since <RelativeTime at={evaluatedFrom} />; of what was before, nothing is known
          </>
        ) : (
          `over the last ${DAYS} days`
        )}
        {preview.truncated && "; the latest are shown"}.
      </p>
      <svg
        role="img"
        aria-label={`${formatPlural(fired, "firing")} over the last ${DAYS} days`}
        viewBox={`0 0 ${WIDE} 24`}
        preserveAspectRatio="none"
        className="mt-2 h-6 w-full rounded bg-inset"
      >
        {begun > 5 && <rect x={0} y={0} width={begun} height={24} style={{ fill: "var(--line)" }} />}
        {Array.from({ length: DAYS - 1 }, (_, day) => {
          const x = ((day + 1) / DAYS) * WIDE;
          // biome-ignore lint/suspicious/noArrayIndexKey: days have no other name
          return <line key={day} x1={x} x2={x} y1={0} y2={24} style={{ stroke: "var(--line-strong)" }} />;
        })}
        {firings.map((firing) => {
          const x = place(firing.from);
          return (
            <rect
              key={`${firing.subject} ${firing.from}`}
              x={Math.min(WIDE - 3, x)}
              y={4}
              width={Math.max(3, place(firing.to) - x)}
              height={16}
              style={{ fill: "var(--status-failed)" }}
              opacity={0.7}
            />
          );
        })}
      </svg>
      <div aria-hidden className="mt-1 flex justify-between text-micro text-muted">
        <span>{DAYS} days ago</span>
        {begun > 60 && begun < WIDE - 60 && <span>grey: nothing is known</span>}
        <span>now</span>
      </div>
      <div className="mt-2 space-y-1 text-small text-muted">
        {firings.slice(0, LISTED).map((firing) => (
          <p key={`${firing.subject} ${firing.from}`} className="flex justify-between gap-3">
            <span className="truncate font-mono">{firing.subject}</span>
            <span className="shrink-0 tabular-nums">
              {kind !== "breaker_open" && `${formatMeasure(kind, firing.value)} · `}
              <RelativeTime at={firing.from} />
            </span>
          </p>
        ))}
        {fired > LISTED && <p>and {fired - LISTED} more</p>}
      </div>
    </>
  );
}

/** The value when it has stayed the same for a moment. */
function useSettled(value: string | null): string | null {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
