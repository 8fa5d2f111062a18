"use client";

import { Tooltip as Base } from "@base-ui/react/tooltip";
import type { ReactElement, ReactNode } from "react";
import { Kbd } from "./kbd.tsx";

export const TooltipProvider = Base.Provider;

interface TooltipProps {
  content: ReactNode;
  shortcut?: string | undefined;
  /** One element that takes a ref and props: it becomes the trigger. */
  children: ReactElement<Record<string, unknown>>;
  side?: "top" | "bottom" | "left" | "right";
}

/** A short explanation on hover and focus. What it says must be reachable otherwise too. */
export function Tooltip({ content, shortcut, children, side = "top" }: TooltipProps) {
  return (
    <Base.Root>
      <Base.Trigger render={children} />
      <Base.Portal>
        <Base.Positioner side={side} sideOffset={6} className="z-50">
          <Base.Popup className="popup max-w-72 px-2 py-1 text-small leading-snug text-ink">
            {content}
            {shortcut && <Kbd className="ml-1.5">{shortcut}</Kbd>}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
