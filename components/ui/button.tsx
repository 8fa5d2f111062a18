"use client";

import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";
import { type ButtonSize, type ButtonVariant, buttonClass } from "./button-class.ts";
import { cn } from "./cn.ts";
import { Tooltip } from "./tooltip.tsx";

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  variant?: ButtonVariant;
  size?: ButtonSize;
  /** Shows that it works and takes no further click. */
  busy?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

/** A button. It submits a form only with `type="submit"`. */
export function Button({
  variant = "secondary",
  size = "md",
  busy = false,
  className,
  disabled,
  ...rest
}: ButtonProps) {
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

export interface IconButtonProps extends Omit<ButtonProps, "children" | "size"> {
  size?: "sm" | "md";
  /** Its accessible name, shown as a tooltip as well. */
  label: string;
  children: ReactNode;
  shortcut?: string;
}

/** A square button that shows only an icon. */
export function IconButton({
  label,
  children,
  variant = "ghost",
  size = "md",
  shortcut,
  className,
  ...rest
}: IconButtonProps) {
  return (
    <Tooltip content={label} shortcut={shortcut}>
      <Button
        {...rest}
        aria-label={label}
        variant={variant}
        size={size}
        className={cn(size === "sm" ? "w-7" : "w-8", "px-0! pointer-coarse:min-w-9", className)}
      >
        {children}
      </Button>
    </Tooltip>
  );
}
