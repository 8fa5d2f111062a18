import { cn } from "./cn.ts";

/** A grey block in the place of what loads; give it a size. */
export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={cn("animate-pulse rounded bg-inset", className)} />;
}

/** The place of a page that loads: a header and some rows. */
export function PageSkeleton({ rows = 8 }: { rows?: number }) {
  return (
    <div role="status" aria-label="Loading" className="space-y-4">
      <Skeleton className="h-7 w-44" />
      <div className="space-y-2">
        {Array.from({ length: rows }, (_, row) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike
          <Skeleton key={row} className="h-[34px] w-full" />
        ))}
      </div>
    </div>
  );
}
