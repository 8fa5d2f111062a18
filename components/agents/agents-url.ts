import { parseAsString, parseAsStringLiteral } from "nuqs";
import { STANDINGS } from "./agent-standing.ts";

/** The state of the board in the URL, so that a view can be shared. */
export const AGENTS_URL = {
  state: parseAsStringLiteral(STANDINGS),
  q: parseAsString.withDefault(""),
};
