"use client";

import { CloudLightning } from "lucide-react";
import type { AlertStorm } from "../../domain/alerts/endpoints.ts";
import { formatCount, formatPlural } from "../ui/format.ts";
import { statusLook, toneColor } from "../ui/status.ts";
import { useRules } from "./rules/use-rules.ts";

interface StormBannerProps {
  storm: AlertStorm;
  onRule: (rule: string) => void;
}

/** Rules shown; a storm seldom comes from more. */
const SHOWN = 6;

/**
 * A storm in a few words: how many, how many of them are effects, and from which rules. A rule
 * narrows the list to it.
 */
export function StormBanner({ storm, onRule }: StormBannerProps) {
  const rules = useRules().data?.items;
  const others = storm.byRule.length - SHOWN;
  return (
    <section
      aria-label="Alert storm"
      className="mb-3 flex gap-3 rounded-lg border border-status-failed/40 bg-status-failed/8 px-3.5 py-2.5"
    >
      <CloudLightning aria-hidden className="mt-0.5 size-4 shrink-0" style={{ color: toneColor("failed") }} />
      <div className="min-w-0 text-body">
        <p role="status" className="font-medium">
          Alert storm: {formatPlural(storm.firedLastMinute, "alert")} fired within the last minute
          {storm.folded > 0 && `, ${formatCount(storm.folded)} of them as the effect of another`}
        </p>
        <ul aria-label="Rules that fire" className="mt-1.5 flex flex-wrap gap-1.5">
          {storm.byRule.slice(0, SHOWN).map(({ rule, severity, count }) => {
            const { tone, icon: Icon } = statusLook("severity", severity);
            return (
              <li key={`${rule} ${severity}`}>
                <button
                  type="button"
                  onClick={() => onRule(rule)}
                  title="Show these alone"
                  className="flex h-7 items-center gap-1.5 rounded-md border border-line-strong bg-surface px-2 text-small hover:bg-hover pointer-coarse:min-h-11"
                >
                  <Icon aria-hidden className="size-3" style={{ color: toneColor(tone) }} />
                  {rules?.find(({ ruleId }) => ruleId === rule)?.name ?? rule}
                  <span className="font-semibold tabular-nums">×{formatCount(count)}</span>
                </button>
              </li>
            );
          })}
          {others > 0 && (
            <li className="self-center text-small text-muted">and {formatPlural(others, "other rule")}</li>
          )}
        </ul>
      </div>
    </section>
  );
}
