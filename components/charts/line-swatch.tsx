import { type Tone, toneColor } from "../ui/status.ts";

/** A short piece of a line as the chart draws it. */
export function LineSwatch({ tone, dash, faint = false }: { tone: Tone; dash: string; faint?: boolean }) {
  return (
    <svg aria-hidden width="22" height="8" className="shrink-0" opacity={faint ? 0.35 : 1}>
      <line x1="0" x2="22" y1="4" y2="4" stroke={toneColor(tone)} strokeWidth="2" strokeDasharray={dash} />
    </svg>
  );
}
