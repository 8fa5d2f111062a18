interface Box {
  width: number;
  height: number;
  /** Kept free above and below, so that a line at the edge is not cut. */
  pad: number;
  /** The value at the top; the highest of the values when left out. */
  max?: number;
}

/** Paths of SVG. `dots` holds the points that no line leads to. */
interface SparkPaths {
  line: string;
  dots: string;
  area: string;
}

/**
 * A small line and what lies below it. Every run of known values is a piece of its own; nothing is
 * drawn across a gap.
 */
export function sparkPaths(values: readonly (number | null)[], box: Box): SparkPaths {
  const { width, height, pad } = box;
  const top = box.max ?? Math.max(0, ...values.map((value) => value ?? 0));
  const step = values.length > 1 ? width / (values.length - 1) : 0;
  const x = (index: number) => round(index * step);
  const y = (value: number) => {
    const share = top > 0 ? Math.min(1, Math.max(0, value / top)) : 0;
    return round(height - pad - share * (height - 2 * pad));
  };
  const line: string[] = [];
  const dots: string[] = [];
  const area: string[] = [];
  for (const { from, piece } of piecesOf(values)) {
    const points = piece.map((value, index) => `${x(from + index)} ${y(value)}`);
    // A lone point is a line to itself: its round cap makes it a dot.
    if (points.length === 1) dots.push(`M${points[0]}L${points[0]}`);
    else {
      line.push(`M${points.join("L")}`);
      area.push(`M${x(from)} ${height}L${points.join("L")}L${x(from + piece.length - 1)} ${height}Z`);
    }
  }
  return { line: line.join(""), dots: dots.join(""), area: area.join("") };
}

function piecesOf(values: readonly (number | null)[]): { from: number; piece: number[] }[] {
  const pieces: { from: number; piece: number[] }[] = [];
  let open: { from: number; piece: number[] } | null = null;
  for (const [index, value] of values.entries()) {
    if (value === null) {
      open = null;
      continue;
    }
    if (open === null) {
      open = { from: index, piece: [] };
      pieces.push(open);
    }
    open.piece.push(value);
  }
  return pieces;
}

const round = (value: number): number => Math.round(value * 100) / 100;
