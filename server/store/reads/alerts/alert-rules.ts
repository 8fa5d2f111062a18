import type { Rule } from "../../../../domain/alerts/contract.ts";
import { defaultRule, withDefaults } from "../../../../domain/alerts/rule-defaults.ts";
import type { TenantClient } from "../../../database/tenant.ts";
import { readRow } from "../kernel/one-row.ts";
import { wireOf } from "../kernel/wire-rows.ts";

/** The rules in force, by id: the tenant's own, and the built-in ones not replaced or removed. */
export async function listRules(db: TenantClient): Promise<Rule[]> {
  const stored = (await db.rule.findMany()).map((row) => wireOf("rule", row));
  return withDefaults(stored)
    .filter(({ removedAt }) => removedAt === null)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** The rule in force with that id; null when removed or unknown. */
export async function readRule(db: TenantClient, ruleId: string): Promise<Rule | null> {
  const rule = (await readRow(db, "rule", ruleId)) ?? defaultRule(ruleId);
  return rule && rule.removedAt === null ? rule : null;
}
