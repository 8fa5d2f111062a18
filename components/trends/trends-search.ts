import { parseAsArrayOf, parseAsIsoDateTime, parseAsString, parseAsStringLiteral } from "nuqs/server";

export const WINDOWS = ["1h", "24h", "7d"] as const;
export type TrendWindow = (typeof WINDOWS)[number];

/** What the trends show, as it stands in the URL. `from` and `to` are what is zoomed to. */
export const trendsSearch = {
  window: parseAsStringLiteral(WINDOWS).withDefault("1h"),
  from: parseAsIsoDateTime,
  to: parseAsIsoDateTime,
  /** Left out: a line per agent while there are few. */
  by: parseAsStringLiteral(["agent", "all"]),
  agents: parseAsArrayOf(parseAsString).withDefault([]),
  taskType: parseAsString,
  queues: parseAsArrayOf(parseAsString).withDefault([]),
};
