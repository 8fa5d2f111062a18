import type { z } from "zod";
import type { rulePut } from "../../domain/rule.ts";
import { RULE_PARAMS } from "../../domain/rule-params.ts";
import type { RuleKind, Severity } from "../../domain/statuses.ts";
import { type FieldUnit, RULE_LOOKS } from "./rule-fields.ts";
import { parseSpan, spanWords } from "./span.ts";
import type { AlertRule } from "./use-rules.ts";

/** A rule as it stands in the form: all that is typed is text. */
export interface RuleDraft {
  ruleId: string;
  kind: RuleKind;
  name: string;
  severity: Severity;
  enabled: boolean;
  forText: string;
  params: { readonly [name: string]: string };
  /** Kept as they are. */
  channels: string[];
  escalation: AlertRule["escalation"];
}

export type RulePut = z.input<typeof rulePut>;
/** What the draft says, or what is wrong with it by field. */
type Parsed = { ok: true; rule: RulePut } | { ok: false; faults: { readonly [field: string]: string } };

export function newDraft(kind: RuleKind): RuleDraft {
  const { fields, label } = RULE_LOOKS[kind];
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
  };
}

export function draftOf(rule: AlertRule): RuleDraft {
  const { fields } = RULE_LOOKS[rule.kind];
  const { ruleId, kind, name, severity, enabled, channels, escalation } = rule;
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
    escalation,
  };
}

function written(unit: FieldUnit, value: unknown): string {
  if (unit === "share") return `${Number((Number(value) * 100).toFixed(4))}%`;
  if (unit === "span") return spanWords(Number(value));
  return Array.isArray(value) ? value.join(", ") : String(value);
}

/** Reads the form. The domain's own checks have the last word. */
export function parseDraft(draft: RuleDraft): Parsed {
  const faults: { [field: string]: string } = {};
  const params: { [name: string]: string | number | string[] } = {};
  for (const field of RULE_LOOKS[draft.kind].fields) {
    const text = (draft.params[field.name] ?? "").trim();
    if (text === "") {
      if (field.empty === undefined) faults[field.name] = "is needed";
      continue;
    }
    const value = READ[field.unit](text);
    if (value === null) faults[field.name] = HOW[field.unit];
    else params[field.name] = value;
  }
  const checked = RULE_PARAMS[draft.kind].safeParse(params);
  for (const { path, message } of checked.error?.issues ?? []) faults[String(path[0])] ??= message;
  const forMs = draft.forText.trim() === "" ? 0 : parseSpan(draft.forText);
  if (forMs === null) faults.forMs = HOW.span;
  if (draft.name.trim() === "") faults.name = "is needed";
  if (!/^[A-Za-z0-9._:@-]{1,100}$/.test(draft.ruleId)) faults.ruleId = "must be 1–100 of A-Z a-z 0-9 . _ : @ -";
  if (Object.keys(faults).length > 0 || forMs === null) return { ok: false, faults };
  const { ruleId, kind, severity, enabled, channels, escalation } = draft;
  const name = draft.name.trim();
  return {
    ok: true,
    rule: { type: "rule.put", ruleId, kind, name, params, severity, enabled, forMs, channels, escalation },
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
  const parts = RULE_LOOKS[rule.kind].fields.flatMap((field) => {
    const value = rule.params[field.name];
    return value === undefined || value === null ? [] : [`${field.label} ${written(field.unit, value)}`];
  });
  if (rule.forMs > 0) parts.push(`Held for ${spanWords(rule.forMs)}`);
  return parts.join(" · ");
}
