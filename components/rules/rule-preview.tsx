"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import type { RulePreview } from "../../domain/answers.ts";
import { api } from "../live/api.ts";
import { Button } from "../ui/button.tsx";
import { formatAbsolute, formatPlural } from "../ui/format.ts";
import { Skeleton } from "../ui/skeleton.tsx";
import { RelativeTime } from "../ui/time.tsx";
import { formatMeasure } from "./measure.ts";
import type { RulePut } from "./rule-draft.ts";

const DAYS = 7;
/** Typing is not followed letter by letter. */
const PAUSE_MS = 400;
const LISTED = 5;

/** How often the rule would have fired lately; null while it is not a rule yet. */
export function RulePreviewStrip({ rule }: { rule: RulePut | null }) {
  const asked = useSettled(
    rule && JSON.stringify({ kind: rule.kind, params: rule.params, forMs: rule.forMs ?? 0, days: DAYS }),
  );
  const preview = useQuery({
    queryKey: ["alert-rules", "preview", asked],
    queryFn: () => api.post<RulePreview>("/alert-rules/preview", JSON.parse(asked ?? "{}")),
    enabled: asked !== null,
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 60_000,
  });
  const { data } = preview;
  return (
    <section aria-label="Preview" aria-live="polite" className="rounded-md border border-line p-3">
      {rule === null && <p className="text-[13px] text-muted">The preview comes when every field can be read.</p>}
      {rule !== null && preview.isError && (
        <p className="flex items-center gap-2 text-[13px] text-danger">
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
            <p className="text-[13px] text-muted">
              No history is kept of what this kind of rule looks at, so there is no preview of it.
            </p>
          )}
        </div>
      )}
    </section>
  );
}

function Firings({ preview, kind }: { preview: RulePreview; kind: RulePut["kind"] }) {
  const { fired, firings, evaluatedFrom, evaluatedTo } = preview;
  const [from, to] = [Date.parse(evaluatedFrom), Date.parse(evaluatedTo)];
  const place = (at: string | null) =>
    Math.min(1, Math.max(0, ((at === null ? to : Date.parse(at)) - from) / Math.max(1, to - from)));
  return (
    <>
      <p className="text-[13px]">
        It would have fired <strong className="tabular-nums">{formatPlural(fired, "time")}</strong> since{" "}
        <span title={formatAbsolute(evaluatedFrom)}>
          <RelativeTime at={evaluatedFrom} />
        </span>
        {preview.truncated && ", of which the latest are shown"}.
      </p>
      <svg
        role="img"
        aria-label={`${formatPlural(fired, "firing")} on a line of time`}
        viewBox="0 0 1000 24"
        preserveAspectRatio="none"
        className="mt-2 h-6 w-full rounded bg-inset"
      >
        {firings.map((firing) => {
          const x = place(firing.from) * 1000;
          return (
            <rect
              key={`${firing.subject} ${firing.from}`}
              x={Math.min(997, x)}
              y={4}
              width={Math.max(3, place(firing.to) * 1000 - x)}
              height={16}
              style={{ fill: "var(--status-failed)" }}
              opacity={0.7}
            />
          );
        })}
      </svg>
      <div className="mt-2 space-y-1 text-[12px] text-muted">
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
