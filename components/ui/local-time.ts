/** Times as fields of type `datetime-local` hold them, in the reader's own zone, to the second. */

const pad = (value: number): string => String(value).padStart(2, "0");

/** RFC 3339 to what such a field holds: `2026-11-21T04:42:20`; nothing for no time. */
export function toLocal(at: string | null): string {
  const date = new Date(at ?? "");
  if (Number.isNaN(date.getTime())) return "";
  const day = [String(date.getFullYear()).padStart(4, "0"), pad(date.getMonth() + 1), pad(date.getDate())].join("-");
  return `${day}T${pad(date.getHours())}:${pad(date.getMinutes())}:${pad(date.getSeconds())}`;
}

/**
 * What such a field holds as RFC 3339; null when it is empty or no time. A field that still shows `was` is that very time: no milliseconds are lost, and of an
 * hour that the clock repeats it stays the one that it was.
 */
export function fromLocal(text: string, was: string | null): string | null {
  // Fields leave seconds away when there are none.
  const full = text.length === 16 ? `${text}:00` : text;
  if (was !== null && full === toLocal(was)) return was;
  const date = new Date(text);
  return text === "" || Number.isNaN(date.getTime()) ? null : date.toISOString();
}

/** The reader's zone by its name: `Europe/Berlin`. Browser only. */
export const zoneName = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;
