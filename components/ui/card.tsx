import type { HTMLAttributes, ReactNode } from "react";
import { cn } from "./cn.ts";

interface CardProps extends Omit<HTMLAttributes<HTMLElement>, "title"> {
  /** Makes it a named section with a header line. */
  title?: ReactNode;
  /** Stands at the right of the header. */
  actions?: ReactNode;
  /** Padding of the body; tables want none. */
  flush?: boolean;
}

/** A surface that holds one thing. With a title it is a section of that name. */
export function Card({ title, actions, flush = false, className, children, ...rest }: CardProps) {
  const name = typeof title === "string" && !rest["aria-label"] ? { "aria-label": title } : {};
  return (
    <section {...name} {...rest} className={cn("min-w-0 rounded-lg border border-line bg-surface", className)}>
      {(title || actions) && (
        <header className="flex min-h-10 items-center justify-between gap-3 border-b border-line px-3.5 py-1.5">
          <h2 className="truncate text-body font-semibold text-ink">{title}</h2>
          {actions && <div className="flex shrink-0 items-center gap-1.5 text-small text-muted">{actions}</div>}
        </header>
      )}
      <div className={flush ? undefined : "p-3.5"}>{children}</div>
    </section>
  );
}

interface StatProps {
  label: ReactNode;
  value: ReactNode;
  /** A line below that explains the number. */
  hint?: ReactNode;
  className?: string;
}

/** One figure with its name. */
export function Stat({ label, value, hint, className }: StatProps) {
  return (
    <div className={cn("min-w-0", className)}>
      <div className="truncate text-small text-muted">{label}</div>
      <div className="mt-0.5 truncate text-figure leading-7 font-semibold tracking-tight text-ink tabular-nums">
        {value}
      </div>
      {hint && <div className="truncate text-small text-muted">{hint}</div>}
    </div>
  );
}
