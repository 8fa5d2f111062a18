import {
  type BreakerConfig,
  type BreakerConfigInput,
  breakerConfig,
  effectiveMinimumCalls,
  resolveBreakerConfig,
} from "../../../domain/agents/breaker/config.ts";
import { parseSpan, spanWords } from "../../ui/span.ts";
import { CONFIG_FIELDS, type ConfigName, type FieldUnit } from "./config-fields.ts";

/** The form state of a breaker's settings. An empty text is the default. */
export interface ConfigDraft {
  window: BreakerConfig["window"];
  texts: { readonly [name in ConfigName]?: string };
}

export type Faults = { readonly [name in ConfigName | "window"]?: string };

/** The settings of a draft, or the errors by field. */
export type ParsedConfig = { ok: true; config: BreakerConfigInput } | { ok: false; faults: Faults };

/** The initial form state. */
export function draftOf(config: BreakerConfig): ConfigDraft {
  const texts: { [name in ConfigName]?: string } = {};
  for (const { name, unit } of CONFIG_FIELDS) {
    const value = config[name];
    texts[name] = value === undefined ? "" : textOf(value, unit);
  }
  return { window: config.window, texts };
}

/** A draft that leaves everything to the defaults. */
export const EMPTY_DRAFT: ConfigDraft = { window: "count", texts: {} };

/** A setting in words: `50%`, `30 seconds`, `1500 ms`. */
export function textOf(value: number, unit: FieldUnit): string {
  switch (unit) {
    case "number":
      return String(value);
    case "percent":
      // 0.07 * 100 is 7.000000000000001.
      return `${Number((value * 100).toFixed(6))}%`;
    case "span":
      return value % 1_000 === 0 ? spanWords(value) : `${value} ms`;
  }
}

const HOW_TO: { readonly [unit in FieldUnit]: string } = {
  number: "write a number",
  percent: "write a percentage, as 50%",
  span: "write a time with its unit, as 30 s or 5 m",
};

/** The value of a field's text; undefined: empty, null: invalid. */
function sayingOf(text: string, unit: FieldUnit): number | undefined | null {
  const words = text.trim();
  if (words === "") return undefined;
  switch (unit) {
    case "number":
      return numberOf(words);
    case "percent": {
      const percent = numberOf(words.endsWith("%") ? words.slice(0, -1).trimEnd() : words);
      return percent === null ? null : Number((percent / 100).toFixed(8));
    }
    case "span": {
      const millis = /^(\d+)\s*ms$/i.exec(words)?.[1];
      if (millis !== undefined) return Number(millis);
      // A time needs its unit.
      return numberOf(words) === null ? parseSpan(words) : null;
    }
  }
}

const numberOf = (words: string): number | null => (/^\d+(\.\d+)?$/.test(words) ? Number(words) : null);

/** Reads a draft; the bounds are those of the contract itself. */
export function parseConfig(draft: ConfigDraft): ParsedConfig {
  const faults: { [name in ConfigName | "window"]?: string } = {};
  const said: { [name: string]: unknown } = { window: draft.window };
  for (const { name, unit } of CONFIG_FIELDS) {
    const value = sayingOf(draft.texts[name] ?? "", unit);
    if (value === null) faults[name] = HOW_TO[unit];
    else if (value !== undefined) said[name] = value;
  }
  const parsed = breakerConfig.safeParse(said);
  if (!parsed.success) {
    for (const { path, message } of parsed.error.issues) {
      const name = path[0] as ConfigName | "window";
      faults[name] ??= readable(message, name);
    }
  }
  if (!parsed.success || Object.keys(faults).length > 0) return { ok: false, faults };
  return { ok: true, config: parsed.data };
}

/** The contract's message, its bounds in the field's own unit. */
function readable(message: string, name: ConfigName | "window"): string {
  const unit = CONFIG_FIELDS.find((field) => field.name === name)?.unit;
  const bound = /expected \w+ to be (<=?|>=?)\s*(\d+(?:\.\d+)?)/.exec(message);
  if (!bound?.[1] || !bound[2] || !unit) return message;
  return `must be ${bound[1].startsWith("<") ? "at most" : "at least"} ${textOf(Number(bound[2]), unit)}`;
}

/**
 * Errors of the server, by field. `errors` are those of a problem, whose paths end in a setting's
 * name.
 */
export function faultsOf(errors: readonly unknown[]): Faults {
  const names = new Set<string>(["window", ...CONFIG_FIELDS.map(({ name }) => name)]);
  const faults: { [name: string]: string } = {};
  for (const error of errors) {
    const { path, message } = (error ?? {}) as { path?: unknown; message?: unknown };
    const name = (Array.isArray(path) ? path.join(".") : String(path ?? "")).split(".").at(-1) ?? "";
    if (names.has(name) && typeof message === "string") faults[name] = message;
  }
  return faults as Faults;
}

/** Remarks on settings that are valid but may surprise. */
export function remarksOn(input: BreakerConfigInput): string[] {
  const config = resolveBreakerConfig(input);
  const remarks: string[] = [];
  if (effectiveMinimumCalls(config) < config.minimumCalls) {
    remarks.push(
      `A window of ${config.windowSize} calls never holds ${config.minimumCalls}: the rates count when it is full.`,
    );
  }
  if (
    config.slowCallMs === undefined &&
    input.slowCallRateThreshold !== undefined &&
    config.slowCallRateThreshold < 1
  ) {
    remarks.push("Without a slow call duration no call is slow, so the slow call rate has no effect.");
  }
  if (config.openMultiplier === 1 && config.maxOpenMs !== undefined && config.maxOpenMs >= config.openMs) {
    remarks.push("With a multiplier of 1 the wait does not grow, so its maximum does nothing.");
  }
  return remarks;
}
