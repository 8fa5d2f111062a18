import type { AlertRule } from "../../../domain/alerts/endpoints.ts";
import { ruleEndpoints } from "../../../domain/alerts/endpoints.ts";
import { pathTo } from "../../../domain/kernel/endpoint.ts";
import { api } from "../../live/api.ts";
import { type Written, writeIfSame } from "../../live/if-unmoved.ts";
import type { RulePut } from "./rule-draft.ts";
import { sameRule } from "./rule-facts.ts";

type RuleWritten = Promise<Written<AlertRule, AlertRule>>;

/** Whether a rule is now what it was seen as; null: it was not there. */
const isSameAs = (seen: AlertRule | null) => (now: AlertRule) =>
  seen === null ? now.removedAt !== null : now.removedAt === null && sameRule(seen, now);

/**
 * Writes a rule, unless somebody has changed it since it was seen, or made it when it was not
 * there.
 * @throws SwitchyardError
 */
export const putRule = (rule: RulePut, seen: AlertRule | null): RuleWritten =>
  writeIfSame((tag) => api.putIf(pathTo(ruleEndpoints.putOne, { id: rule.ruleId }), tag, rule), seen, isSameAs(seen));

/**
 * Removes a rule, unless somebody has changed it since it was seen.
 * @throws SwitchyardError
 */
export const removeRule = (rule: AlertRule): RuleWritten =>
  writeIfSame((tag) => api.deleteIf(pathTo(ruleEndpoints.remove, { id: rule.ruleId }), tag), rule, isSameAs(rule));

/** What to say to who acted on a rule that is another now. */
export const meanwhileWords = ({ removedAt }: AlertRule): string =>
  removedAt === null ? "Somebody changed it meanwhile: check it again." : "Somebody removed it meanwhile.";
