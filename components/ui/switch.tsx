"use client";

import { cn } from "./cn.ts";

interface SwitchProps {
  /** Its accessible name: what is on or off. */
  label: string;
  checked: boolean;
  disabled?: boolean;
  onCheckedChange: (checked: boolean) => void;
}

/** Something that is on or off at once, without a form. */
export function Switch({ label, checked, disabled = false, onCheckedChange }: SwitchProps) {
  return (
    <button
      type="button"
      role="switch"
      aria-checked={checked}
      aria-label={label}
      title={checked ? "On" : "Off"}
      disabled={disabled}
      onClick={() => onCheckedChange(!checked)}
      className="inline-flex h-8 w-11 shrink-0 items-center justify-center rounded-md disabled:cursor-not-allowed disabled:opacity-50 pointer-coarse:h-9"
    >
      <span
        aria-hidden
        className={cn(
          "flex h-[18px] w-8 items-center rounded-full border px-[2px] transition-colors",
          checked ? "border-accent bg-accent" : "border-line-strong bg-inset",
        )}
      >
        <span
          className={cn(
            "size-3 rounded-full transition-transform",
            checked ? "translate-x-[14px] bg-accent-contrast" : "bg-muted",
          )}
        />
      </span>
    </button>
  );
}
