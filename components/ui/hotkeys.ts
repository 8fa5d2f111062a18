"use client";

import { useEffect, useRef, useSyncExternalStore } from "react";

/**
 * Keys of the page. A binding is a key (`?`, `space`), two keys one after the other (`g r`) or a
 * chord with Ctrl or Command (`mod+k`) or Shift (`shift+a`; unbound, it is the letter alone). Keys
 * without `mod` do nothing while somebody types or a dialog is open. The one bound last wins, so a
 * page can take a key.
 */
export interface Hotkey {
  keys: string;
  /** What it does, for the help. Without it the help leaves it out. */
  description?: string;
  handler: () => void;
}

const bound = new Set<Hotkey>();
const listeners = new Set<() => void>();
let list: readonly Hotkey[] = [];
let first: { key: string; at: number } | null = null;
/** How long the second key of a pair may take. */
const PAIR_MS = 1_200;

/** The name of a key press in bindings; null for a press of a modifier alone. */
export function nameOf(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey">): string | null {
  if (["Shift", "Control", "Meta", "Alt"].includes(event.key) || event.altKey) return null;
  const key = event.key === " " ? "space" : event.key.toLowerCase();
  return event.ctrlKey || event.metaKey ? `mod+${key}` : key;
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target instanceof HTMLInputElement) return target.type !== "checkbox";
  return target.isContentEditable || ["TEXTAREA", "SELECT"].includes(target.tagName);
}

/** Space and Enter belong to the control that has the focus. */
function pressesControl(event: KeyboardEvent): boolean {
  if (event.key !== " " && event.key !== "Enter") return false;
  return (
    event.target instanceof HTMLElement &&
    event.target.closest("button, a, summary, [role=option], [role=tab]") !== null
  );
}

function onKeyDown(event: KeyboardEvent): void {
  const name = nameOf(event);
  if (name === null || event.defaultPrevented || event.repeat) return;
  if (!name.startsWith("mod+")) {
    if (
      isTyping(event.target) ||
      pressesControl(event) ||
      document.querySelector("[role=dialog],[role=alertdialog],[role=menu]")
    )
      return;
  }
  const pair = first && event.timeStamp - first.at < PAIR_MS ? `${first.key} ${name}` : null;
  first = null;
  const shifted = event.shiftKey && /^[a-z]$/.test(name) ? `shift+${name}` : null;
  const match = find(pair) ?? find(shifted) ?? find(name);
  if (match) {
    event.preventDefault();
    match.handler();
  } else if (list.some(({ keys }) => keys.startsWith(`${name} `))) first = { key: name, at: event.timeStamp };
}

const find = (keys: string | null): Hotkey | undefined =>
  keys === null ? undefined : list.findLast((hotkey) => hotkey.keys === keys);

function bind(hotkey: Hotkey): () => void {
  if (bound.size === 0) window.addEventListener("keydown", onKeyDown);
  bound.add(hotkey);
  publish();
  return () => {
    bound.delete(hotkey);
    if (bound.size === 0) window.removeEventListener("keydown", onKeyDown);
    publish();
  };
}

function publish(): void {
  list = [...bound];
  for (const listener of listeners) listener();
}

/** Binds a key while mounted. */
export function useHotkey(keys: string, handler: () => void, description?: string): void {
  const latest = useRef(handler);
  latest.current = handler;
  useEffect(
    () => bind({ keys, ...(description !== undefined && { description }), handler: () => latest.current() }),
    [keys, description],
  );
}

const NONE: readonly Hotkey[] = [];
const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

/** Every key that is bound now. */
export function useHotkeys(): readonly Hotkey[] {
  return useSyncExternalStore(
    subscribe,
    () => list,
    () => NONE,
  );
}
