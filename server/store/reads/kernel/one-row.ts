import type { Wire } from "../../../../domain/kernel/wire.ts";
import { type Kind, ROWS } from "../../../../domain/rows.ts";
import type { TenantClient } from "../../../database/tenant.ts";
import { wireOf } from "./wire-rows.ts";

/** Prisma's access to a model, for one row. */
interface Model {
  findFirst(query: { where: { id: string } }): Promise<object | null>;
}

/** The model of a kind: Prisma names it by the table, in lower camel case. */
function modelOf(db: TenantClient, kind: Kind): Model {
  const { table } = ROWS[kind];
  return (db as unknown as { [model: string]: Model })[table.charAt(0).toLowerCase() + table.slice(1)] as Model;
}

/** The present row, or null: unknown or another tenant's. */
export async function readRow<K extends Kind>(db: TenantClient, kind: K, id: string): Promise<Wire<K> | null> {
  const stored = await modelOf(db, kind).findFirst({ where: { id } });
  return stored && wireOf(kind, stored);
}
