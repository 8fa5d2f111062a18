import type { Kind } from "../../domain/tx.ts";
import { AGENT_TABLES } from "./tables/agents.ts";
import { ALERT_TABLES } from "./tables/alerts.ts";
import { EXECUTION_TABLES } from "./tables/execution.ts";
import { PEOPLE_TABLES } from "./tables/people.ts";
import type { Table } from "./tables/table.ts";

/**
 * The lane's tables: each kind's table and columns with their Postgres types, one file per area as in the schema. The statements are made from
 * them, and a test holds them against the schema that Prisma owns.
 */
export const TABLES: { readonly [kind in Kind]: Table } = {
  ...EXECUTION_TABLES,
  ...PEOPLE_TABLES,
  ...AGENT_TABLES,
  ...ALERT_TABLES,
};

export const KINDS = Object.keys(TABLES) as Kind[];
