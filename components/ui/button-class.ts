import { cn } from "./cn.ts";

export type ButtonVariant = "primary" | "secondary" | "ghost" | "danger";
export type ButtonSize = "sm" | "md";

const VARIANTS: { readonly [variant in ButtonVariant]: string } = {
  primary: "bg-accent text-accent-contrast border-transparent hover:bg-accent-strong",
  secondary: "bg-surface text-ink border-line-strong hover:bg-hover",
  ghost: "bg-transparent text-muted border-transparent hover:bg-hover hover:text-ink",
  danger: "bg-surface text-danger border-line-strong hover:bg-danger-soft hover:border-danger",
};

const SIZES: { readonly [size in ButtonSize]: string } = {
  sm: "h-7 px-2 text-small gap-1",
  md: "h-8 px-3 text-body gap-1.5",
};

const BASE =
  "inline-flex select-none items-center justify-center rounded-md border font-medium whitespace-nowrap transition-colors disabled:cursor-not-allowed disabled:opacity-50 pointer-coarse:min-h-9";

/** The look of a button for what is not one, as a link. */
export function buttonClass(variant: ButtonVariant = "secondary", size: ButtonSize = "md", extra?: string): string {
  return cn(BASE, VARIANTS[variant], SIZES[size], extra);
}
