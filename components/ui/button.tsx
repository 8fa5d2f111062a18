"use client";

import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";
import { cn } from "./cn.ts";
import { Tooltip } from "./tooltip.tsx";

type Variant = "primary" | "secondary" | "ghost" | "danger";
type Size = "sm" | "md";

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  variant?: Variant;
  size?: Size;
  /** Shows that it works and takes no further click. */
  busy?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

const VARIANTS: { readonly [variant in Variant]: string } = {
  primary: "bg-accent text-accent-contrast border-transparent hover:bg-accent-strong",
  secondary: "bg-surface text-ink border-line-strong hover:bg-hover",
  ghost: "bg-transparent text-muted border-transparent hover:bg-hover hover:text-ink",
  danger: "bg-surface text-danger border-line-strong hover:bg-danger-soft hover:border-danger",
};

const SIZES: { readonly [size in Size]: string } = {
  sm: "h-7 px-2 text-[12px] gap-1",
  md: "h-8 px-3 text-[13px] gap-1.5",
};

const BASE =
  "inline-flex select-none items-center justify-center rounded-md border font-medium whitespace-nowrap transition-colors disabled:cursor-not-allowed disabled:opacity-50 pointer-coarse:min-h-9";

/** The look of a button for what is not one, as a link. */
export function buttonClass(variant: Variant = "secondary", size: Size = "md", extra?: string): string {
  return cn(BASE, VARIANTS[variant], SIZES[size], extra);
}

/** A button. It never submits a form unless told to. */
export function Button({ variant = "secondary", size = "md", busy = false, className, disabled, ...rest }: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      className={buttonClass(variant, size, cn(busy && "animate-pulse", className))}
    />
  );
}

export interface IconButtonProps extends Omit<ButtonProps, "children"> {
  /** Its accessible name, shown as a tooltip as well. */
  label: string;
  children: ReactNode;
  shortcut?: string;
}

/** A square button that shows only an icon. */
export function IconButton({ label, children, variant = "ghost", size = "md", shortcut, className, ...rest }: IconButtonProps) {
  return (
    <Tooltip content={label} shortcut={shortcut}>
      <Button
        {...rest}
        aria-label={label}
        variant={variant}
        size={size}
        className={cn(size === "sm" ? "w-7" : "w-8", "px-0 pointer-coarse:min-w-9", className)}
      >
        {children}
      </Button>
    </Tooltip>
  );
}
