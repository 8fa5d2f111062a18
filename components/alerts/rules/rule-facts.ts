import type { AlertRule } from "../../../domain/alerts/endpoints.ts";
import { type Facts, onOff } from "../../ui/meanwhile-model.ts";
import { spanWords } from "../../ui/span.ts";
import { notifyWords } from "./notify-words.ts";
import { SEVERITY_NAMES, written } from "./rule-draft.ts";
import { ruleLook } from "./rule-fields.ts";

/** A rule as its form shows it, field by field. `nameOf` gives a channel's name. */
export function ruleFacts(rule: AlertRule, nameOf: (channelId: string) => string): Facts {
  const params = ruleLook(rule.kind).fields.map(({ name, label, unit, empty = "" }) => {
    const value = rule.params[name];
    return [label, value === undefined || value === null ? empty : written(unit, value)];
  });
  const escalation = rule.escalation.map(({ afterMs, channels }) => ({ after: spanWords(afterMs), channels }));
  return {
    Name: rule.name,
    ...(Object.fromEntries(params) as Facts),
    "Held for at least": rule.forMs > 0 ? spanWords(rule.forMs) : "At once",
    Severity: SEVERITY_NAMES[rule.severity],
    "Who is notified": notifyWords({ channels: rule.channels, escalation }, nameOf),
    "While the cause is open": rule.notifyFolded
      ? "Its alerts are notified too"
      : "Its alerts wait for the end of the cause",
    "The rule": onOff(rule.enabled),
  };
}

/** Whether two sights of a rule show the same. */
export const sameRule = (a: AlertRule, b: AlertRule): boolean =>
  JSON.stringify(ruleFacts(a, String)) === JSON.stringify(ruleFacts(b, String));
