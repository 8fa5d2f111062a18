import type { ReactNode } from "react";

/** The surface around a table; its corners clip the rows, and sticky heads still stick. */
export function TableCard({ children }: { children: ReactNode }) {
  return <div className="overflow-clip rounded-lg border border-line bg-surface">{children}</div>;
}
