"use client";

import { Tabs as Base } from "@base-ui/react/tabs";
import type { ReactNode } from "react";
import { cn } from "./cn.ts";
import { formatCount } from "./format.ts";
import { Part } from "./part.tsx";

export interface TabItem {
  value: string;
  label: ReactNode;
  /** Shown behind the label. */
  count?: number | undefined;
  content: ReactNode;
}

interface TabsProps {
  items: TabItem[];
  value: string;
  onValueChange: (value: string) => void;
  label: string;
  className?: string;
}

/**
 * Tabs; the chosen one is the caller's to keep, in the URL as a rule. Only the chosen panel is
 * mounted.
 */
export function Tabs({ items, value, onValueChange, label, className }: TabsProps) {
  return (
    <Base.Root value={value} onValueChange={(next) => onValueChange(String(next))} className={className}>
      <Base.List aria-label={label} className="flex gap-1 overflow-x-auto border-b border-line">
        {items.map((item) => (
          <Base.Tab
            key={item.value}
            value={item.value}
            className="-mb-px flex h-9 items-center gap-1.5 border-b-2 border-transparent px-2.5 text-body font-medium whitespace-nowrap text-muted hover:text-ink data-active:border-accent data-active:text-ink"
          >
            {item.label}
            {item.count !== undefined && (
              <span className="rounded bg-inset px-1 text-micro text-muted tabular-nums">
                {formatCount(item.count)}
              </span>
            )}
          </Base.Tab>
        ))}
      </Base.List>
      {items.map((item) => (
        <Base.Panel key={item.value} value={item.value} className={cn("pt-3 outline-none")}>
          <Part name="This tab">{item.content}</Part>
        </Base.Panel>
      ))}
    </Base.Root>
  );
}
