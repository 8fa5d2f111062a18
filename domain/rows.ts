import { agent, breaker, decision, gauge, outcome, statistics, tally } from "./agents/contract.ts";
import { alert, channel, delivery, pace, rule } from "./alerts/contract.ts";
import { approval, attempt, job, queue, run, workstream } from "./execution/contract.ts";
import type { RowOf } from "./kernel/row.ts";
import { session, task, taskKey } from "./sessions/contract.ts";

/**
 * All kinds of rows, in the order in which one statement writes them. Each is one table and one
 * noun of the glossary.
 */
export const ROWS = {
  ...{ run, workstream, job, attempt, queue, session, task, taskKey, approval },
  ...{ agent, breaker, statistics, outcome, decision, tally, gauge },
  ...{ alert, rule, channel, delivery, pace },
} as const;

export type Kind = keyof typeof ROWS;

/** The rows the reducers work on, by kind. */
export type Rows = { [K in Kind]: RowOf<(typeof ROWS)[K]> };

export const KINDS = Object.keys(ROWS) as Kind[];

/** Those that are sent by themselves. */
export const SENT_KINDS = KINDS.filter((kind) => !ROWS[kind].internal);
