import { parseAsString, parseAsStringLiteral } from "nuqs";
import { STANDINGS } from "./agent-standing.ts";

/** What of the board is kept in the address, so that a view can be sent to somebody. */
export const AGENTS_URL = {
  state: parseAsStringLiteral(STANDINGS),
  q: parseAsString.withDefault(""),
};
