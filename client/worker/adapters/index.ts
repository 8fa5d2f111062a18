import type { Adapter } from "../adapter.ts";
import { adapterOf } from "../template.ts";
import { AGENT_TEMPLATES } from "./agents.ts";
import { git } from "./git.ts";
import { shell } from "./shell.ts";
import { tests } from "./tests.ts";

/**
 * Every tool the worker can run by itself. A new adapter is a file beside this one and a word here;
 * a user's own comes by `--adapter`.
 */
export const ADAPTERS: readonly Adapter[] = [shell, tests, git, ...AGENT_TEMPLATES.map(adapterOf)];

/** What runs a job that names no tool. */
export const DEFAULT_ADAPTER: Adapter = shell;
