"use client";

import { useEffect, useRef } from "react";

/** Keys of the list, by what they are called on a keyboard. */
export interface AlertKeys {
  j: () => void;
  k: () => void;
  a: () => void;
  u: () => void;
  x: () => void;
  Escape: () => void;
}

/** Hears single keys on the page, unless somebody types, a dialog is open, or the key goes with Ctrl, Alt or Meta. */
export function useAlertKeys(keys: AlertKeys): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (document.querySelector("[role=dialog], [role=alertdialog], [role=menu], [role=listbox]")) return;
      const act = Object.hasOwn(latest.current, event.key) ? latest.current[event.key as keyof AlertKeys] : undefined;
      if (!act) return;
      event.preventDefault();
      act();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, []);
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return target.type !== "checkbox";
  return target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement;
}
