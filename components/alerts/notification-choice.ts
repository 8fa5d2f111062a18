"use client";

import { useSyncExternalStore } from "react";
import { titleText } from "../../domain/kernel/visible.ts";

/**
 * Whether this browser shows notifications of alerts: `off` until somebody turns it on, which asks
 * for the browser's permission; `denied` when the browser refuses; `unsupported` where pages cannot
 * notify (phones, plain http beyond localhost). The choice is kept, for all tabs.
 */
export type NotificationState = "unsupported" | "denied" | "off" | "on";

const KEY = "switchyard.notifications";
const listeners = new Set<() => void>();
/** Some browsers have the constructor and refuse to run it. */
let refused = false;

const publish = (): void => {
  for (const listener of listeners) listener();
};

function stateNow(): NotificationState {
  if (refused || !("Notification" in window)) return "unsupported";
  if (Notification.permission === "denied") return "denied";
  return Notification.permission === "granted" && chosen() ? "on" : "off";
}

function chosen(): boolean {
  try {
    return localStorage.getItem(KEY) === "on";
  } catch {
    return false;
  }
}

function choose(choice: "on" | "off"): void {
  try {
    localStorage.setItem(KEY, choice);
  } catch {
    // A browser that keeps nothing asks again next time.
  }
  publish();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener("storage", listener);
  // The permission can be changed in the browser's own settings.
  window.addEventListener("focus", listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener("storage", listener);
    window.removeEventListener("focus", listener);
  };
}

export const useNotificationState = (): NotificationState => useSyncExternalStore(subscribe, stateNow, () => "off");

/**
 * Asks the browser for permission if need be. Only a click may call it: browsers ignore the
 * question otherwise.
 */
export async function turnOn(): Promise<void> {
  if (!("Notification" in window)) return;
  const permission = Notification.permission === "default" ? await Notification.requestPermission() : "granted";
  if (permission === "granted") choose("on");
  else publish();
}

export const turnOff = (): void => choose("off");

/**
 * Shows a notification; one of the same tag takes the place of the one before. @returns undefined
 * where that is refused.
 */
export function show(title: string, body: string, tag: string, onClick: () => void): Notification | undefined {
  try {
    const shown = new Notification(titleText(title), { body: titleText(body, 400), tag, icon: "/icon-firing.svg" });
    shown.onclick = () => {
      window.focus();
      shown.close();
      onClick();
    };
    return shown;
  } catch {
    refused = true;
    publish();
    return undefined;
  }
}
