import { ArrowUp } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "../ui/button.tsx";
import { formatPlural } from "../ui/format.ts";
import { Skeleton } from "../ui/skeleton.tsx";

interface ListFrameProps {
  label: string;
  /** How many new rows are held back, so that rows do not jump. */
  fresh: number;
  /** One of them: "new run". */
  freshOne: string;
  onShowFresh: () => void;
  children: ReactNode;
}

/** The frame of a live list: its border, and the button that shows new rows. */
export function ListFrame({ label, fresh, freshOne, onShowFresh, children }: ListFrameProps) {
  return (
    <section
      aria-label={label}
      className="relative mt-3 min-w-0 overflow-hidden rounded-lg border border-line bg-surface"
    >
      {fresh > 0 && (
        <div role="status" className="absolute inset-x-0 top-10 z-10 flex justify-center">
          <Button variant="primary" size="sm" className="rounded-full! shadow-lg" onClick={onShowFresh}>
            <ArrowUp aria-hidden className="size-3.5" /> {formatPlural(fresh, freshOne)}
          </Button>
        </div>
      )}
      {children}
    </section>
  );
}

/** Placeholders of rows that are loading. */
export function LoadingRows({ label }: { label: string }) {
  return (
    <div role="status" aria-label={label} className="space-y-2 p-3">
      {Array.from({ length: 12 }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike
        <Skeleton key={row} className="h-7" />
      ))}
    </div>
  );
}
