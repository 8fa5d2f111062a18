import { X } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "../button.tsx";
import { cn } from "../cn.ts";

interface FilterBarProps {
  label?: string;
  /** Whether something is filtered, so that it can be cleared. */
  narrowed: boolean;
  onClear: () => void;
  clearLabel?: string;
  /** Of the button that clears. */
  clearClass?: string;
  className?: string;
  children: ReactNode;
}

/** The filters of a list in a row, and a button that clears them. */
export function FilterBar({
  label,
  narrowed,
  onClear,
  clearLabel = "Clear",
  clearClass,
  className,
  children,
}: FilterBarProps) {
  return (
    <search aria-label={label} className={cn("flex flex-wrap items-center gap-2", className)}>
      {children}
      {narrowed && (
        <Button variant="ghost" className={clearClass} onClick={onClear}>
          <X aria-hidden className="size-3.5" /> {clearLabel}
        </Button>
      )}
    </search>
  );
}
