import { op } from "../operation.ts";
import { logTrim, trimLog } from "../retention.ts";

/** What time makes happen to the log itself. */
export const LOG_CLOCK_OPERATIONS = {
  "log.trim": op(logTrim, trimLog),
};
