"use client";

import { RotateCw, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "./button.tsx";
import { cn } from "./cn.ts";
import { CopyText } from "./copy-id.tsx";

interface EmptyStateProps {
  icon?: ReactNode;
  title: ReactNode;
  /** What to do next. */
  children?: ReactNode;
  /** A command to copy and run. */
  command?: string;
  action?: ReactNode;
  className?: string;
}

/** Nothing is here, and what to do about it. */
export function EmptyState({ icon, title, children, command, action, className }: EmptyStateProps) {
  return (
    <div className={cn("flex flex-col items-center gap-2 px-4 py-10 text-center", className)}>
      {icon && <div className="mb-1 text-faint [&_svg]:size-6">{icon}</div>}
      <p className="text-body font-medium text-ink">{title}</p>
      {children && <div className="max-w-md text-body text-muted">{children}</div>}
      {command && <CopyText text={command} className="mt-1 max-w-full" />}
      {action}
    </div>
  );
}

interface ErrorStateProps {
  title?: string;
  /** What went wrong, in the server's words where it has some. */
  detail?: ReactNode;
  onRetry?: () => void;
  className?: string;
}

/** Something went wrong, with a way to try again. */
export function ErrorState({ title = "This could not be loaded", detail, onRetry, className }: ErrorStateProps) {
  return (
    <div role="alert" className={cn("flex flex-col items-center gap-2 px-4 py-10 text-center", className)}>
      <TriangleAlert aria-hidden className="mb-1 size-6 text-danger" />
      <p className="text-body font-medium text-ink">{title}</p>
      {detail && <p className="max-w-md text-body break-words text-muted">{detail}</p>}
      {onRetry && (
        <Button onClick={onRetry} className="mt-1">
          <RotateCw aria-hidden className="size-3.5" /> Try again
        </Button>
      )}
    </div>
  );
}
