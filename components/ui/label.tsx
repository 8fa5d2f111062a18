import type { ReactNode } from "react";

/** The label above a field. */
export function Label({ htmlFor, children }: { htmlFor: string; children: ReactNode }) {
  return (
    <label htmlFor={htmlFor} className="mb-1 block text-small font-medium text-muted">
      {children}
    </label>
  );
}
