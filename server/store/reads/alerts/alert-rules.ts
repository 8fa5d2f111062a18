import type { Rule } from "../../../../domain/alerts/contract.ts";
import { defaultRule, withDefaults } from "../../../../domain/alerts/rule-defaults.ts";
import type { TenantClient } from "../../../database/tenant.ts";
import { readRow } from "../kernel/one-row.ts";
import { wireOf } from "../kernel/wire-rows.ts";

/** The rules that hold, by id: those put by somebody, and the ones every tenant begins with that nobody has replaced or removed. */
export async function listRules(db: TenantClient): Promise<Rule[]> {
  const stored = (await db.rule.findMany()).map((row) => wireOf("rule", row));
  return withDefaults(stored)
    .filter(({ removedAt }) => removedAt === null)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** The rule of that id as it holds; null when it was removed, or never was. */
export async function readRule(db: TenantClient, ruleId: string): Promise<Rule | null> {
  const rule = (await readRow(db, "rule", ruleId)) ?? defaultRule(ruleId);
  return rule && rule.removedAt === null ? rule : null;
}
