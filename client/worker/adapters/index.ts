import type { Adapter } from "../adapter.ts";
import { shell } from "./shell.ts";

/** Every tool the worker can run. A new adapter is a file beside this one and a line here. */
export const ADAPTERS: readonly Adapter[] = [shell];

/** What runs a job that names no tool. */
export const DEFAULT_ADAPTER: Adapter = shell;
