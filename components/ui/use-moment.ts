import { type FormatMoment, formatUtc } from "./format.ts";
import { formatLocal } from "./local-time.ts";
import { useHydrated } from "./use-hydrated.ts";

/**
 * Writes times in full in the reader's own zone, and in UTC until the browser has taken over from
 * the server.
 */
export const useMoment = (): FormatMoment => (useHydrated() ? formatLocal : formatUtc);
