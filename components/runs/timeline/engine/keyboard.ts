import type { Row } from "./model.ts";

/** What a key does in the tree of rows: go to a row, collapse or expand a group, open a job. */
export type KeyEffect =
  | { type: "go"; id: string }
  | { type: "collapse" | "expand"; id: string }
  | { type: "open"; id: string };

export interface Place {
  rows: readonly Row[];
  /** Id of the row the reader is on, if any. */
  active: string | null;
  collapsed: ReadonlySet<string>;
  /** Rows per page. */
  page: number;
}

/**
 * The keys of a treegrid: up and down (also k and j), Home, End and the page keys go; left
 * collapses a group or goes up to it, right expands it or goes into it; Enter and space open a job
 * or collapse a group. Null for any other key.
 */
export function keyEffect(key: string, place: Place): KeyEffect | null {
  const { rows, active, collapsed, page } = place;
  const index = rows.findIndex((row) => row.id === active);
  const row = rows[index];
  const go = (to: number): KeyEffect | null => {
    const target = rows[Math.min(rows.length - 1, Math.max(0, to))];
    return target ? { type: "go", id: target.id } : null;
  };
  switch (key) {
    case "ArrowDown":
    case "j":
      return go(index + 1);
    case "ArrowUp":
    case "k":
      return go(index < 0 ? rows.length - 1 : index - 1);
    case "PageDown":
      return go(index + page);
    case "PageUp":
      return go(index - page);
    case "Home":
      return go(0);
    case "End":
      return go(rows.length - 1);
    case "ArrowLeft":
      if (row?.type === "group") return collapsed.has(row.id) ? null : { type: "collapse", id: row.id };
      return row ? goToGroup(rows, index) : null;
    case "ArrowRight":
      if (row?.type !== "group") return null;
      return collapsed.has(row.id) ? { type: "expand", id: row.id } : go(index + 1);
    case "Enter":
    case " ":
      if (!row) return null;
      if (row.type === "job") return { type: "open", id: row.id };
      return { type: collapsed.has(row.id) ? "expand" : "collapse", id: row.id };
    default:
      return null;
  }
}

function goToGroup(rows: readonly Row[], from: number): KeyEffect | null {
  for (let i = from; i >= 0; i -= 1) {
    const row = rows[i];
    if (row?.type === "group") return { type: "go", id: row.id };
  }
  return null;
}
