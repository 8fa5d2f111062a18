import { z } from "zod";
import { ownOf } from "../kernel/json-map.ts";
import { id, jsonObject, keptMs, label } from "../kernel/primitives.ts";
import { RULE_KINDS, SEVERITIES } from "../kernel/statuses.ts";
import { must, Refusal, type Tx } from "../kernel/tx.ts";
import type { Rule } from "./contract.ts";
import { defaultRule } from "./rule-defaults.ts";
import { RULE_PARAMS } from "./rule-params.ts";

const channels = z.array(id).max(20);

export const rulePut = z
  .strictObject({
    type: z.literal("rule.put"),
    ruleId: id,
    kind: z.enum(RULE_KINDS),
    name: label.optional(),
    params: jsonObject,
    severity: z.enum(SEVERITIES),
    enabled: z.boolean(),
    forMs: keptMs.optional(),
    channels: channels.optional(),
    escalation: z
      .array(z.strictObject({ afterMs: keptMs.min(1000), channels: channels.min(1) }))
      .max(10)
      .optional(),
    /** Tell of its alerts though their cause is open; as it was when left out. */
    notifyFolded: z.boolean().optional(),
  })
  .check((ctx) => {
    // An unknown kind has been reported already.
    const parsed = ownOf(RULE_PARAMS, ctx.value.kind)?.safeParse(ctx.value.params);
    for (const issue of parsed?.error?.issues ?? []) {
      ctx.issues.push({
        code: "custom",
        message: issue.message,
        path: ["params", ...issue.path],
        input: ctx.value.params,
      });
    }
  });

export const ruleRemove = z.strictObject({ type: z.literal("rule.remove"), ruleId: id });

/**
 * The rule as it holds now: put by somebody, or one that every tenant begins with. Undefined when
 * it was removed, or never was.
 */
export function ruleOf(tx: Tx, ruleId: string): Readonly<Rule> | undefined {
  const rule = tx.get("rule", ruleId) ?? defaultRule(ruleId);
  return rule?.removedAt === null ? rule : undefined;
}

/**
 * Whether an opening breaker raises its alert by itself, in the same commit: the built-in rule, if
 * it has no delay. The clock evaluates all others.
 */
export const raisesAtOnce = (rule: Readonly<Rule>): boolean =>
  rule.ruleKind === "breaker_open" && rule.id === "breaker_open" && rule.forMs === 0;

/**
 * Writes a rule, new or not. Its kind stays what it is: the alerts it has raised are of that kind.
 */
export function putRule(tx: Tx, m: z.infer<typeof rulePut>): Rule {
  const stored = tx.get("rule", m.ruleId);
  const known = stored ?? defaultRule(m.ruleId);
  if (known && known.removedAt === null && known.ruleKind !== m.kind) {
    throw new Refusal("not_permitted", `rule ${m.ruleId} is of kind ${known.ruleKind}: put another rule instead`);
  }
  const named = [...(m.channels ?? []), ...(m.escalation ?? []).flatMap((step) => step.channels)];
  for (const channelId of named) {
    if (must(tx, "channel", channelId).removedAt) throw new Refusal("not_found", `channel ${channelId} does not exist`);
  }
  const { type: _type, ruleId, kind, ...fields } = m;
  tx.put("rule", {
    ...stored,
    id: ruleId,
    ruleKind: kind,
    name: fields.name ?? known?.name ?? ruleId,
    params: fields.params,
    severity: fields.severity,
    enabled: fields.enabled,
    forMs: fields.forMs ?? 0,
    channels: fields.channels ?? [],
    escalation: fields.escalation ?? [],
    notifyFolded: fields.notifyFolded ?? known?.notifyFolded ?? false,
    removedAt: null,
    createdAt: stored?.createdAt ?? tx.at,
    updatedAt: tx.at,
  });
  const rule = must(tx, "rule", ruleId);
  const { name, params, severity, enabled, forMs, channels, escalation, notifyFolded } = rule;
  const payload = { kind, name, params, severity, enabled, forMs, channels, escalation, notifyFolded };
  tx.emit({ type: "rule.put", subject: { kind: "rule", id: ruleId }, payload });
  return rule;
}

/** Removes a rule; its open alerts resolve when the clock looks next. */
export function removeRule(tx: Tx, m: z.infer<typeof ruleRemove>): Rule {
  const rule = ruleOf(tx, m.ruleId);
  if (!rule) throw new Refusal("not_found", `rule ${m.ruleId} does not exist`);
  const stored = tx.get("rule", m.ruleId);
  tx.put("rule", { ...(stored ?? { ...rule, createdAt: tx.at }), enabled: false, removedAt: tx.at, updatedAt: tx.at });
  tx.emit({
    type: "rule.removed",
    subject: { kind: "rule", id: m.ruleId },
    payload: { kind: rule.ruleKind, name: rule.name },
  });
  return must(tx, "rule", m.ruleId);
}
