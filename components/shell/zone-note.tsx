"use client";

import { zoneName } from "../ui/local-time.ts";
import { useHydrated } from "../ui/use-hydrated.ts";

/** The one zone that all times of a page are in. */
export function ZoneNote() {
  return <span>{useHydrated() ? `Times in ${zoneName()}` : "Times in UTC"}</span>;
}
