import type { Rule } from "../../../domain/alerts/contract.ts";
import { raisesAtOnce } from "../../../domain/alerts/rule.ts";
import { paramsOf } from "../../../domain/alerts/rule-params.ts";
import { fingerprint } from "../../../domain/kernel/fingerprint.ts";
import type { LaneQueries } from "../lane/lane-database.ts";
import { LIMIT, type Observed } from "../rules/check.ts";
import { checkOf } from "../rules/index.ts";

/** Rules whose alerts only reducers raise, and end. */
export const raisedByReducers = (rule: Rule): boolean =>
  raisesAtOnce(rule) ||
  (rule.id === "run_overdue" &&
    rule.ruleKind === rule.id &&
    paramsOf("run_overdue", rule.params).afterMs === undefined);

/** What a rule finds broken now, each with the id of its alert; and whether that is all of it. */
export async function observe(
  queries: LaneQueries,
  tenantId: string,
  rule: Rule,
): Promise<{ observed: Map<string, Observed>; whole: boolean }> {
  const found = await checkOf(rule.ruleKind).observe(queries, tenantId, paramsOf(rule.ruleKind, rule.params), rule);
  const observed = new Map(found.map((one) => [fingerprint(rule.id, one.subject.id), one]));
  return { observed, whole: found.length < LIMIT };
}
