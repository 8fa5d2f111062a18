/** The TypeScript client of Switchyard: commits, jobs, and the log followed live. See README.md in this room. */
export { CommitBuffer } from "./buffer.ts";
export { type ClientOptions, createClient } from "./client.ts";
export { isLeaseLost, SwitchyardError } from "./errors.ts";
export { RoutingFailed } from "./routing.ts";
export type * from "./types.ts";
