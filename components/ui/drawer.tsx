"use client";

import { Dialog as Base } from "@base-ui/react/dialog";
import { X } from "lucide-react";
import { type ReactNode, useRef } from "react";
import { IconButton } from "./button.tsx";
import { cn } from "./cn.ts";

interface DrawerProps {
  open: boolean;
  onClose: () => void;
  title: ReactNode;
  /** Stands below the title: status, id, commands. */
  head?: ReactNode;
  /** Takes the whole of a small screen. */
  full?: boolean;
  children: ReactNode;
}

/**
 * Details beside a list: at the right, on small screens from below. Escape or a click outside
 * closes it.
 */
export function Drawer({ open, onClose, title, head, full = false, children }: DrawerProps) {
  const popup = useRef<HTMLDivElement>(null);
  return (
    <Base.Root open={open} onOpenChange={(next) => !next && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="backdrop fixed inset-0 z-40" />
        <Base.Popup
          ref={popup}
          tabIndex={-1}
          initialFocus={popup}
          className={cn(
            "fixed inset-x-0 bottom-0 z-50 flex flex-col border border-line-strong bg-surface shadow-2xl outline-none transition-opacity duration-100 data-ending-style:opacity-0 data-starting-style:opacity-0 md:inset-y-0 md:right-0 md:left-auto md:max-h-none md:w-[34rem] md:rounded-none",
            full ? "max-md:top-0" : "max-h-[88dvh] rounded-t-xl",
          )}
        >
          <header className="space-y-2 border-b border-line px-3.5 py-2.5">
            <div className="flex items-start gap-2">
              <Base.Title className="min-w-0 flex-1 text-lead leading-6 font-semibold break-words">{title}</Base.Title>
              <Base.Close
                render={
                  <IconButton size="sm" label="Close" shortcut="Esc">
                    <X aria-hidden className="size-4" />
                  </IconButton>
                }
              />
            </div>
            {head}
          </header>
          <div className="min-h-0 flex-1 overflow-y-auto overscroll-contain p-3.5">{children}</div>
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
