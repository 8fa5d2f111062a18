import type { ReactNode } from "react";
import { cn } from "./cn.ts";

/** A key of the keyboard. */
export function Kbd({ children, className }: { children: ReactNode; className?: string }) {
  return (
    <kbd
      className={cn(
        "inline-flex h-[18px] min-w-[18px] items-center justify-center rounded border border-line-strong bg-inset px-1 font-sans text-micro text-muted",
        className,
      )}
    >
      {children}
    </kbd>
  );
}
