import type { AttemptStatus } from "../../../../domain/kernel/statuses.ts";
import type { JobRow } from "./model.ts";
import type { Segment } from "./segments.ts";
import { toPercent, type View } from "./view.ts";

/** A colour: of time spent waiting, or of an attempt's status. */
export type Ink = "idle" | AttemptStatus;

/** A rectangle of the minimap, in CSS pixels. */
export interface Block {
  ink: Ink;
  x: number;
  y: number;
  width: number;
  height: number;
}

/** In painting order: failures come last, so that they stay visible. */
const INKS: readonly Ink[] = ["idle", "completed", "cancelled", "running", "timed_out", "failed"];

/**
 * All rows on a few pixels: each job has a line, or shares it with neighbours when there are more
 * jobs than lines. On one line, adjacent pixels of one colour are one block, so the number of
 * blocks is bounded by the pixels, not by the jobs.
 */
export function minimapBlocks(
  rows: readonly JobRow[],
  life: View,
  now: number,
  width: number,
  height: number,
): Block[] {
  const columns = Math.floor(width);
  const lines = Math.min(rows.length, Math.floor(height / 2));
  if (lines <= 0 || columns <= 0) return [];
  const pixels = INKS.map(() => Array.from({ length: lines }, () => new Uint8Array(columns)));
  const column = (time: number) => Math.min(columns, Math.max(0, Math.floor((toPercent(time, life) / 100) * columns)));
  for (const [index, row] of rows.entries()) {
    const line = Math.floor((index * lines) / rows.length);
    for (const segment of row.segments) {
      const ink = inkOf(segment);
      if (ink === null) continue;
      const left = column(segment.start);
      const right = Math.max(column(segment.end ?? now), left + 1);
      pixels[INKS.indexOf(ink)]?.[line]?.fill(1, left, right);
    }
  }
  const pitch = height / lines;
  const thickness = Math.min(pitch > 3 ? pitch - 1 : pitch, 6);
  return INKS.flatMap((ink, i) =>
    (pixels[i] ?? []).flatMap((filled, line) =>
      stretches(filled).map(([x, end]) => ({ ink, x, y: line * pitch, width: end - x, height: thickness })),
    ),
  );
}

function inkOf(segment: Segment): Ink | null {
  if (segment.kind === "run") return segment.status ?? "running";
  return segment.kind === "queue" || segment.kind === "dependencies" || segment.kind === "approval" ? "idle" : null;
}

/** First and one past the last index of each stretch of ones. */
function stretches(filled: Uint8Array): [number, number][] {
  const found: [number, number][] = [];
  for (let start = filled.indexOf(1); start >= 0; ) {
    const gap = filled.indexOf(0, start);
    const end = gap < 0 ? filled.length : gap;
    found.push([start, end]);
    start = filled.indexOf(1, end);
  }
  return found;
}
