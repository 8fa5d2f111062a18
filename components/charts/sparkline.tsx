import { type Tone, toneColor } from "../ui/status.ts";
import { sparkPaths } from "./spark-paths.ts";

interface SparklineProps {
  /** Evenly spaced, oldest first; null where nothing is known: a gap in the line. */
  points: readonly { value: number | null }[];
  tone: Tone;
  /** What it shows, for those who do not see it: its name and its latest value. */
  label: string;
  /** The value at the top; the highest of the points when left out. The bottom is 0. */
  max?: number;
  className?: string;
}

const WIDTH = 120;
const HEIGHT = 24;

/** A line as small as a word, without axes. Points with nothing beside them are dots. */
export function Sparkline({ points, tone, label, max, className }: SparklineProps) {
  const { line, dots, area } = sparkPaths(
    points.map(({ value }) => value),
    { width: WIDTH, height: HEIGHT, pad: 3, ...(max !== undefined && { max }) },
  );
  const color = toneColor(tone);
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      className={className ?? "h-6 w-full"}
    >
      <title>{label}</title>
      <path d={area} fill={color} opacity={0.12} />
      <path
        d={line}
        fill="none"
        stroke={color}
        strokeWidth={1.5}
        strokeLinecap="round"
        strokeLinejoin="round"
        vectorEffect="non-scaling-stroke"
      />
      <path
        d={dots}
        fill="none"
        stroke={color}
        strokeWidth={4}
        strokeLinecap="round"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}
