import type { CSSProperties, ReactNode } from "react";
import { cn } from "./cn.ts";
import { type StatusKind, type StatusOf, statusLook, type Tone, toneColor } from "./status.ts";

interface BadgeProps {
  children: ReactNode;
  tone?: Tone;
  className?: string;
  title?: string;
}

/** A small label, in a status tone or neutral. */
export function Badge({ children, tone, className, title }: BadgeProps) {
  const style = tone ? ({ "--tone": toneColor(tone) } as CSSProperties) : undefined;
  return (
    <span
      title={title}
      style={style}
      className={cn(
        "inline-flex h-5 max-w-full items-center gap-1 rounded-[5px] px-1.5 text-small font-medium whitespace-nowrap tabular-nums",
        tone ? "tone" : "bg-inset text-muted",
        className,
      )}
    >
      {children}
    </span>
  );
}

interface StatusBadgeProps<K extends StatusKind> {
  kind: K;
  status: StatusOf<K>;
  /** A click's effect that the server has not confirmed yet. */
  pending?: boolean | undefined;
  className?: string;
}

/** A status as icon, name and colour; never as colour alone. */
export function StatusBadge<K extends StatusKind>({ kind, status, pending = false, className }: StatusBadgeProps<K>) {
  const { label, tone, icon: Icon, spins } = statusLook(kind, status);
  return (
    <Badge tone={tone} className={cn(pending && "animate-pulse", className)}>
      <Icon aria-hidden className={cn("size-3 shrink-0", spins && "spin-slow")} strokeWidth={2.25} />
      {label}
    </Badge>
  );
}

interface StatusIconProps<K extends StatusKind> {
  kind: K;
  status: StatusOf<K>;
  /** Keeps it from turning where it stands for a kind of thing, not for one that is going on. */
  still?: boolean;
  className?: string;
}

/** The status's icon alone, named for those who do not see it. */
export function StatusIcon<K extends StatusKind>({ kind, status, still = false, className }: StatusIconProps<K>) {
  const { label, tone, icon: Icon, spins } = statusLook(kind, status);
  return (
    <span
      role="img"
      aria-label={label}
      title={label}
      style={{ color: toneColor(tone) }}
      className={cn("inline-flex", className)}
    >
      <Icon aria-hidden className={cn("size-3.5", spins && !still && "spin-slow")} strokeWidth={2.25} />
    </span>
  );
}
