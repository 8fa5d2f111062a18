import { parseAsArrayOf, parseAsBoolean, parseAsString, parseAsStringLiteral } from "nuqs";
import { WORKSTREAM_STATUSES } from "../../domain/kernel/statuses.ts";

/** What of the board is kept in the URL, so that a view can be sent to somebody. */
export const BOARD_URL = {
  run: parseAsString.withDefault(""),
  q: parseAsString.withDefault(""),
  lanes: parseAsBoolean.withDefault(false),
  /** Cards that were cancelled with their runs are out of the way until somebody asks for them. */
  collapsed: parseAsArrayOf(parseAsStringLiteral(WORKSTREAM_STATUSES)).withDefault(["cancelled"]),
};
