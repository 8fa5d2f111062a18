import { parseAsStringLiteral } from "nuqs";
import { DAY_MS, HOUR_MS } from "../../domain/kernel/time.ts";

/** The time windows of an agent's page. */
export const AGENT_WINDOWS = ["1h", "24h", "7d"] as const;
export type AgentWindow = (typeof AGENT_WINDOWS)[number];

/** Length of each, ms. */
export const WINDOW_MS: { readonly [window in AgentWindow]: number } = {
  "1h": HOUR_MS,
  "24h": DAY_MS,
  "7d": 7 * DAY_MS,
};

export const WINDOW_NAMES: { readonly [window in AgentWindow]: string } = { "1h": "1 h", "24h": "24 h", "7d": "7 d" };

/** Its parameter in the URL. */
export const WINDOW_URL = parseAsStringLiteral(AGENT_WINDOWS).withDefault("1h");
