import { logTrim, trimLog } from "../../maintenance/retention.ts";
import { op } from "../operation.ts";

/** What time makes happen to the log itself. */
export const LOG_CLOCK_OPERATIONS = {
  "log.trim": op(logTrim, trimLog),
};
