/**
 * The TypeScript client of Switchyard: commits, jobs, and the log followed live. See README.md in
 * this room.
 */
export { CommitBuffer } from "./buffer.ts";
export { createClient } from "./client.ts";
export { SwitchyardError } from "./core/problem.ts";
export { isLeaseLost } from "./lease.ts";
export { RoutingFailed } from "./routing.ts";
export type * from "./types.ts";
