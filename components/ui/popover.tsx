"use client";

import { Popover as Base } from "@base-ui/react/popover";
import type { ReactElement, ReactNode } from "react";
import { cn } from "./cn.ts";

interface PopoverProps {
  /** The element that opens it, a `Button` as a rule. */
  trigger: ReactElement<Record<string, unknown>>;
  /** Its accessible name. */
  label: string;
  children: ReactNode;
  side?: "top" | "bottom" | "left" | "right";
  align?: "start" | "center" | "end";
  className?: string;
}

/** Content beside its trigger. */
export function Popover({ trigger, label, children, side = "bottom", align = "start", className }: PopoverProps) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner side={side} align={align} sideOffset={6} className="z-50">
          <Base.Popup aria-label={label} className={cn("popup max-w-[calc(100vw-2rem)] p-3 text-body", className)}>
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
