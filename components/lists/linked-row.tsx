import Link from "next/link";
import type { ReactNode } from "react";
import { cn } from "../ui/cn.ts";
import { GridRow } from "./grid.tsx";

interface LinkedRowProps {
  index: number;
  active: boolean;
  /** Two lines instead of columns, for narrow screens. */
  card: boolean;
  /** The class of the columns. */
  columns: string;
  children: ReactNode;
}

/**
 * A row of a list, all of it a link: one of its cells has the `RowLink`. `data-` attributes go to
 * the row.
 */
export function LinkedRow({ index, active, card, columns, children, ...rest }: LinkedRowProps) {
  return (
    <GridRow
      {...rest}
      aria-rowindex={index + 2}
      aria-current={active || undefined}
      className={cn(
        "group relative border-b border-line text-body hover:bg-hover has-[a:focus-visible]:bg-hover",
        active && "bg-accent-soft shadow-[inset_2px_0_0_var(--accent)] hover:bg-accent-soft",
        card
          ? "flex h-full flex-col justify-center gap-1.5 px-3"
          : cn("grid h-full items-center gap-x-3 px-3", columns),
      )}
    >
      {children}
    </GridRow>
  );
}

/** The link of a `LinkedRow`, stretched over the row: a name, and the id behind it. */
export function RowLink({ href, name, id }: { href: string; name: string; id: string }) {
  return (
    <Link
      href={href}
      prefetch={false}
      className="flex min-w-0 items-baseline gap-2 outline-none after:absolute after:inset-0 focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
    >
      <span className="truncate font-medium text-ink">{name}</span>
      <span className="truncate font-mono text-small text-muted">{id}</span>
    </Link>
  );
}
