"use client";

import { Dialog } from "../ui/dialog.tsx";
import { useHotkeys } from "../ui/hotkeys.ts";
import { Kbd } from "../ui/kbd.tsx";

/** What the keys do on this page. */
export function KeyboardHelp({ open, onOpenChange }: { open: boolean; onOpenChange: (open: boolean) => void }) {
  const hotkeys = useHotkeys().filter((hotkey) => hotkey.description);
  return (
    <Dialog open={open} onOpenChange={onOpenChange} title="Keyboard">
      <dl className="mt-3 grid grid-cols-1 gap-x-6 gap-y-1.5 sm:grid-cols-2">
        {hotkeys.map(({ keys, description }) => (
          <div key={keys} className="flex min-h-6 items-center justify-between gap-3">
            <dt className="text-body text-muted">{description}</dt>
            <dd className="flex shrink-0 gap-1">
              {keys.split(/[ +]/).map((key) => (
                <Kbd key={key}>{keyLabel(key)}</Kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}

function keyLabel(key: string): string {
  if (key === "mod") return "Ctrl/⌘";
  return key.length === 1 ? key.toUpperCase() : key.charAt(0).toUpperCase() + key.slice(1);
}
