import type { CSSProperties } from "react";
import { formatPercent } from "../ui/format.ts";
import { type Tone, toneColor } from "../ui/status.ts";
import { type ScorePart, scoreText } from "./decision-words.ts";

const LOOK: { readonly [name in ScorePart["name"]]: { label: string; tone: Tone; hint: string } } = {
  success: { label: "Success", tone: "completed", hint: "Wilson's lower bound of the success rate" },
  speed: { label: "Speed", tone: "running", hint: "the fastest candidate's median duration over its own" },
  load: { label: "Load", tone: "blocked", hint: "the share of its slots that was free" },
};

const PARTS = ["success", "speed", "load"] as const;

/** A stripe pattern per part, so that they differ by more than colour. */
const STRIPES: { readonly [name in ScorePart["name"]]: string } = {
  success: "none",
  speed: "repeating-linear-gradient(135deg, transparent 0 4px, rgb(0 0 0 / 0.22) 4px 6px)",
  load: "repeating-linear-gradient(90deg, transparent 0 3px, rgb(0 0 0 / 0.22) 3px 4px)",
};

const fill = (name: ScorePart["name"]): CSSProperties => ({
  backgroundColor: toneColor(LOOK[name].tone),
  backgroundImage: STRIPES[name],
});

interface ScoreBarProps {
  score: number;
  parts: readonly ScorePart[];
  /** The score of a full bar: decisions made elsewhere have their own scale. */
  full: number;
  faint: boolean;
}

/** A score as a bar: its parts in a row, each as long as its share; grey when they are unknown. */
export function ScoreBar({ score, parts, full, faint }: ScoreBarProps) {
  const words = parts
    .map(({ name, value, weight }) => `${LOOK[name].label} ${value.toFixed(2)} × ${weight}`)
    .join(", ");
  return (
    <div
      role="img"
      aria-label={`Score ${scoreText(score)}${words && `: ${words}`}`}
      className={`flex h-3 w-full overflow-hidden rounded-sm bg-inset ${faint ? "opacity-40 grayscale" : ""}`}
    >
      {parts.length > 0
        ? parts.map(({ name, share, value, weight }) => (
            <span
              key={name}
              title={`${LOOK[name].label}: ${formatPercent(value)}, weight ${weight}`}
              style={{ ...fill(name), width: `${share * 100}%` }}
              className="h-full border-r border-surface last:border-r-0"
            />
          ))
        : score > 0 && (
            <span className="h-full" style={{ width: `${(score / full) * 100}%`, background: toneColor("waiting") }} />
          )}
    </div>
  );
}

/** The legend of the bars, with the weight of each part. */
export function ScoreLegend({ weights }: { weights: { [name in ScorePart["name"]]: number } }) {
  const sum = weights.success + weights.speed + weights.load;
  return (
    <ul aria-label="Parts of the score" className="flex flex-wrap gap-x-4 gap-y-1 text-small text-muted">
      {PARTS.map((name) => (
        <li key={name} className="flex items-center gap-1.5" title={LOOK[name].hint}>
          <span aria-hidden className="size-2.5 rounded-[2px]" style={fill(name)} />
          <span className="text-ink">{LOOK[name].label}</span> {formatPercent(weights[name] / sum)}
        </li>
      ))}
    </ul>
  );
}
