"use client";

import Link from "next/link";
import type { ReactNode } from "react";
import { ownOf } from "../../domain/kernel/json-map.ts";
import { ruleHref, runHref } from "../../domain/kernel/links.ts";
import { StatusIcon } from "../ui/badge.tsx";
import { formatPlural } from "../ui/format.ts";
import { toneColor } from "../ui/status.ts";
import { Countdown, RelativeTime } from "../ui/time.tsx";
import { type AlertRow, actorName, subjectHref } from "./alert-model.ts";
import { barOf, formatMeasure, MEASURES } from "./rules/measure.ts";
import { useRules } from "./rules/use-rules.ts";

interface AlertFactsProps {
  alert: AlertRow;
  cause: AlertRow | undefined;
  effects: readonly AlertRow[];
  onOpen: (alertId: string) => void;
}

/** What was measured against what, about whom, by which rule, and what hangs together with it. */
export function AlertFacts({ alert, cause, effects, onOpen }: AlertFactsProps) {
  const rule = useRules().data?.items.find(({ ruleId }) => ruleId === alert.rule);
  const href = subjectHref(alert);
  const subject = `${alert.subjectKind} ${alert.subjectId}`;
  return (
    <>
      {rule && alert.value !== null && ownOf(MEASURES, rule.kind) && (
        <Measured
          name={ownOf(MEASURES, rule.kind) ?? ""}
          value={formatMeasure(rule.kind, alert.value)}
          threshold={alert.threshold === null ? null : formatMeasure(rule.kind, alert.threshold)}
          bar={alert.threshold === null ? null : barOf(rule.kind, alert.value, alert.threshold)}
        />
      )}
      <dl className="grid grid-cols-[7rem_1fr] gap-y-1.5 text-body">
        <Fact name="About">
          {href ? (
            <Link href={href} className="link">
              {subject}
            </Link>
          ) : (
            subject
          )}
        </Fact>
        {alert.runId && alert.subjectKind !== "run" && (
          <Fact name="Run">
            <Link href={runHref(alert.runId)} className="link font-mono text-small">
              {alert.runId}
            </Link>
          </Fact>
        )}
        <Fact name="Rule">
          <Link href={ruleHref(alert.rule)} className="link">
            {rule?.name ?? alert.rule}
          </Link>
        </Fact>
        <Fact name="Fired">
          <RelativeTime at={alert.firedAt} />
          {alert.reopened > 0 && `, reopened ${formatPlural(alert.reopened, "time")}`}
        </Fact>
        {alert.escalateAt && alert.status === "firing" && (
          <Fact name="Escalates">
            in <Countdown to={alert.escalateAt} />, unless somebody acknowledges it
          </Fact>
        )}
        {alert.resolvedAt && (
          <Fact name="Resolved">
            <RelativeTime at={alert.resolvedAt} />
            {alert.resolvedBy && ` by ${actorName(alert.resolvedBy)}`}
          </Fact>
        )}
        {cause && (
          <Fact name="Caused by">
            <Related alert={cause} onOpen={onOpen} />
          </Fact>
        )}
        {effects.length > 0 && (
          <Fact name="Has caused">
            <ul aria-label="Effects" className="max-h-64 space-y-0.5 overflow-y-auto">
              {effects.map((effect) => (
                <li key={effect.id}>
                  <Related alert={effect} onOpen={onOpen} />
                </li>
              ))}
            </ul>
          </Fact>
        )}
      </dl>
    </>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0 break-words">{children}</dd>
    </>
  );
}

function Related({ alert, onOpen }: { alert: AlertRow; onOpen: (alertId: string) => void }) {
  return (
    <button
      type="button"
      onClick={() => onOpen(alert.id)}
      className="flex items-start gap-1.5 py-0.5 text-left hover:underline pointer-coarse:py-2.5"
    >
      <StatusIcon kind="alert" status={alert.status} className="mt-[3px]" /> {alert.title}
    </button>
  );
}

interface MeasuredProps {
  name: string;
  value: string;
  threshold: string | null;
  /** Places of both on the bar, 0–1. */
  bar: { value: number; threshold: number } | null;
}

function Measured({ name, value, threshold, bar }: MeasuredProps) {
  return (
    <div className="rounded-md border border-line p-3">
      <div className="flex flex-wrap items-baseline justify-between gap-x-3">
        <p>
          <span className="block text-small text-muted">{name}, when it fired</span>
          <span className="text-figure leading-7 font-semibold tabular-nums">{value}</span>
        </p>
        {threshold && <p className="text-small text-muted tabular-nums">threshold {threshold}</p>}
      </div>
      {bar && (
        <div aria-hidden className="relative mt-2 h-2 rounded-full bg-inset">
          <div
            className="h-full rounded-full"
            style={{ width: `${bar.value * 100}%`, background: toneColor("failed") }}
          />
          <div className="absolute -inset-y-1 w-0.5 bg-ink" style={{ left: `${bar.threshold * 100}%` }} />
        </div>
      )}
    </div>
  );
}
