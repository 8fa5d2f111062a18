import type { ReactNode } from "react";
import { cn } from "./cn.ts";

interface PageHeaderProps {
  title: ReactNode;
  /** Stands right behind the title: a status, a count. */
  badge?: ReactNode;
  /** A line below. */
  description?: ReactNode;
  /** Buttons and filters at the right. */
  actions?: ReactNode;
  className?: string;
}

/** The head of a page: what it shows and what can be done. */
export function PageHeader({ title, badge, description, actions, className }: PageHeaderProps) {
  return (
    <header className={cn("mb-3 flex flex-wrap items-start justify-between gap-x-4 gap-y-2", className)}>
      <div className="min-w-0">
        <div className="flex min-h-8 min-w-0 flex-wrap items-center gap-2">
          <h1 className="min-w-0 truncate text-title font-semibold tracking-tight">{title}</h1>
          {badge}
        </div>
        {description && <div className="text-body text-muted">{description}</div>}
      </div>
      {actions && <div className="flex flex-wrap items-center gap-2">{actions}</div>}
    </header>
  );
}
