"use client";

import { Select as Base } from "@base-ui/react/select";
import { Check, ChevronsUpDown } from "lucide-react";
import type { ReactNode } from "react";
import { cn } from "./cn.ts";

export interface SelectOption<V extends string = string> {
  value: V;
  label: string;
  /** Stands before the label. */
  icon?: ReactNode;
}

interface SelectProps<V extends string> {
  label: string;
  value: V;
  options: readonly SelectOption<V>[];
  onValueChange: (value: V) => void;
  className?: string;
}

/** One of several values. Its accessible name is `label`. */
export function Select<V extends string>({ label, value, options, onValueChange, className }: SelectProps<V>) {
  const items = options.map((option) => ({ value: option.value, label: option.label }));
  return (
    <Base.Root<V> items={items} value={value} onValueChange={(next) => next !== null && onValueChange(next)}>
      <Base.Trigger
        aria-label={label}
        className={cn(
          "field flex h-8 min-w-28 cursor-default items-center justify-between gap-2 px-2.5 text-body",
          className,
        )}
      >
        <Base.Value />
        <Base.Icon>
          <ChevronsUpDown aria-hidden className="size-3.5 text-faint" />
        </Base.Icon>
      </Base.Trigger>
      <Base.Portal>
        <Base.Positioner sideOffset={4} alignItemWithTrigger={false} className="z-50">
          <Base.Popup className="popup max-h-[min(24rem,var(--available-height))] min-w-(--anchor-width) overflow-auto p-1">
            {options.map((option) => (
              <Base.Item key={option.value} value={option.value} className="menu-item pr-7">
                {option.icon}
                <Base.ItemText>{option.label}</Base.ItemText>
                <Base.ItemIndicator className="absolute right-2">
                  <Check aria-hidden className="size-3.5" />
                </Base.ItemIndicator>
              </Base.Item>
            ))}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
