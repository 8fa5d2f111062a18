import type { AlertRule } from "../../../domain/alerts/endpoints.ts";
import { defaultRule } from "../../../domain/alerts/rule-defaults.ts";
import { RULE_KINDS, type RuleKind } from "../../../domain/kernel/statuses.ts";
import type { RulePut } from "./rule-draft.ts";

/** Whether a built-in rule was changed from its default; its channels do not count. */
export function isChanged(rule: AlertRule): boolean {
  const built = defaultRule(rule.ruleId);
  if (!built) return false;
  const said = ({ name, severity, forMs, params, enabled }: Pick<AlertRule, "params"> & typeof built) =>
    JSON.stringify([name, severity, forMs, enabled, Object.entries(params).sort()]);
  return said({ ...built, ...rule }) !== said(built);
}

/**
 * The built-in rule of that id as it was by default, with the given channels; undefined for other
 * ids.
 */
export function resetPut(
  ruleId: string,
  notifies?: Pick<RulePut, "channels" | "escalation" | "notifyFolded">,
): RulePut | undefined {
  const built = defaultRule(ruleId);
  if (!built) return undefined;
  const { ruleKind: kind, name, params, severity, enabled, forMs } = built;
  return {
    type: "rule.put",
    ruleId,
    kind,
    name,
    params,
    severity,
    enabled,
    forMs,
    channels: [],
    escalation: [],
    ...notifies,
  };
}

/** Built-in rules that were removed, by their ids, which are their kinds. */
export const removedBuiltIns = (taken: readonly string[]): RuleKind[] =>
  RULE_KINDS.filter((kind) => defaultRule(kind) && !taken.includes(kind));
