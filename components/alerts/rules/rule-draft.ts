import type { z } from "zod";
import type { AlertRule } from "../../../domain/alerts/endpoints.ts";
import { rulePut } from "../../../domain/alerts/rule.ts";
import { ID_WORDS, isId } from "../../../domain/kernel/ids.ts";
import type { RuleKind, Severity } from "../../../domain/kernel/statuses.ts";
import { parseSpan, spanWords } from "../../ui/span.ts";
import { newStep, type StepDraft } from "./notify-words.ts";
import { type FieldUnit, ruleLook } from "./rule-fields.ts";

/** A rule as the form holds it: everything typed is text. */
export interface RuleDraft {
  ruleId: string;
  kind: RuleKind;
  name: string;
  severity: Severity;
  enabled: boolean;
  forText: string;
  params: { readonly [name: string]: string };
  channels: string[];
  escalation: StepDraft[];
  notifyFolded: boolean;
}

/** Severities as people read them. */
export const SEVERITY_NAMES: { readonly [severity in Severity]: string } = {
  critical: "Critical",
  warning: "Warning",
  info: "Info",
};

export type RulePut = z.input<typeof rulePut>;
/** What the draft says, or what is wrong with it by field. */
type Parsed = { ok: true; rule: RulePut } | { ok: false; faults: { readonly [field: string]: string } };

export function newDraft(kind: RuleKind): RuleDraft {
  const { fields, label } = ruleLook(kind);
  return {
    ruleId: "",
    kind,
    name: label,
    severity: "warning",
    enabled: true,
    forText: "",
    params: Object.fromEntries(fields.map((field) => [field.name, field.start])),
    channels: [],
    escalation: [],
    notifyFolded: false,
  };
}

export function draftOf(rule: AlertRule): RuleDraft {
  const { fields } = ruleLook(rule.kind);
  const { ruleId, kind, name, severity, enabled, channels, notifyFolded } = rule;
  const textOf = (field: (typeof fields)[number]) => {
    const value = rule.params[field.name];
    return value === undefined || value === null ? field.start : written(field.unit, value);
  };
  return {
    ruleId,
    kind,
    name,
    severity,
    enabled,
    forText: rule.forMs > 0 ? spanWords(rule.forMs) : "",
    params: Object.fromEntries(fields.map((field) => [field.name, textOf(field)])),
    channels,
    escalation: rule.escalation.map((step) => newStep(spanWords(step.afterMs), step.channels)),
    notifyFolded,
  };
}

/** A parameter as typed. */
export function written(unit: FieldUnit, value: unknown): string {
  if (unit === "share") return `${Number((Number(value) * 100).toFixed(4))}%`;
  if (unit === "span") return spanWords(Number(value));
  return Array.isArray(value) ? value.join(", ") : String(value);
}

/**
 * Reads the form; the domain's own checks have the last word. Channels that are none of `channels`
 * are left out.
 */
export function parseDraft(draft: RuleDraft, channels: readonly string[] = EVERY): Parsed {
  const faults: { [field: string]: string } = {};
  const params: { [name: string]: string | number | string[] } = {};
  for (const field of ruleLook(draft.kind).fields) {
    const text = (draft.params[field.name] ?? "").trim();
    if (text === "") {
      if (field.empty === undefined) faults[field.name] = "is needed";
      continue;
    }
    const value = READ[field.unit](text);
    if (value === null) faults[field.name] = HOW[field.unit];
    else params[field.name] = value;
  }
  const forMs = draft.forText.trim() === "" ? 0 : parseSpan(draft.forText);
  if (forMs === null) faults.forMs = HOW.span;
  if (draft.name.trim() === "") faults.name = "is needed";
  if (!isId(draft.ruleId)) faults.ruleId = `must be ${ID_WORDS}`;
  const there = (ids: readonly string[]) => (channels === EVERY ? [...ids] : ids.filter((id) => channels.includes(id)));
  const escalation = draft.escalation.map((step, index) => {
    const afterMs = parseSpan(step.after);
    const channels = there(step.channels);
    if (afterMs === null) faults[stepField(index, "after")] = HOW.span;
    if (channels.length === 0) faults[stepField(index, "channels")] = "needs a channel";
    return { afterMs: afterMs ?? 1_000, channels };
  });
  const { ruleId, kind, severity, enabled, notifyFolded } = draft;
  const name = draft.name.trim();
  const rule: RulePut = {
    ...{ type: "rule.put", ruleId, kind, name, params, severity, enabled, forMs: forMs ?? 0 },
    ...{ channels: there(draft.channels), escalation, notifyFolded },
  };
  for (const { path, message } of rulePut.safeParse(rule).error?.issues ?? []) faults[fieldOf(path)] ??= message;
  return Object.keys(faults).length > 0 ? { ok: false, faults } : { ok: true, rule };
}

/** Means: any channel. */
const EVERY: readonly string[] = [];

/** The field name of a fault in an escalation's step. */
export const stepField = (index: number, part: "after" | "channels"): string => `step.${index}.${part}`;

/** The form field of a path in `rule.put`. */
function fieldOf([first, second, third]: readonly PropertyKey[]): string {
  if (first === "params") return String(second);
  if (first === "escalation" && typeof second === "number")
    return stepField(second, third === "afterMs" ? "after" : "channels");
  return String(first);
}

/**
 * The rule as it can be put again, without channels that are gone and steps that notify nobody
 * else.
 */
export function putOf(rule: AlertRule, channels: readonly string[], change: Partial<RulePut> = {}): RulePut {
  const { ruleId, kind, name, params, severity, enabled, forMs, notifyFolded } = rule;
  const there = (ids: readonly string[]) => ids.filter((id) => channels.includes(id));
  const escalation = rule.escalation
    .map(({ afterMs, channels }) => ({ afterMs, channels: there(channels) }))
    .filter(({ channels }) => channels.length > 0);
  return {
    ...{ type: "rule.put", ruleId, kind, name, params, severity, enabled, forMs, notifyFolded },
    ...{ channels: there(rule.channels), escalation },
    ...change,
  };
}

const READ: { readonly [unit in FieldUnit]: (text: string) => string | number | string[] | null } = {
  share: (text) => {
    const [, number] = /^(\d+(?:\.\d+)?)\s*%?$/.exec(text) ?? [];
    return number === undefined ? null : Number((Number(number) / 100).toFixed(6));
  },
  span: parseSpan,
  count: (text) => (/^\d+$/.test(text) ? Number(text) : null),
  name: (text) => text,
  names: (text) =>
    text
      .split(",")
      .map((one) => one.trim())
      .filter(Boolean),
};

const HOW: { readonly [unit in FieldUnit]: string } = {
  share: "must be a percentage, as 80%",
  span: "must be a time, as 15 minutes or 1 h 30 m",
  count: "must be a whole number",
  name: "must be a name",
  names: "must be names with commas between them",
};

/** An id that is not taken, made from another. */
export function freeId(from: string, taken: readonly string[]): string {
  const base = from.replace(/[^A-Za-z0-9._@-]+/g, "-").slice(0, 90) || "rule";
  for (let count = 2; ; count++) if (!taken.includes(`${base}-${count}`)) return `${base}-${count}`;
}

/** The rule in one line: `Fires under 80% · Looked at over 15 minutes`. */
export function ruleSummary(rule: AlertRule): string {
  const parts = ruleLook(rule.kind).fields.flatMap((field) => {
    const value = rule.params[field.name];
    return value === undefined || value === null ? [] : [`${field.label} ${written(field.unit, value)}`];
  });
  if (rule.forMs > 0) parts.push(`Held for ${spanWords(rule.forMs)}`);
  return parts.join(" · ");
}
