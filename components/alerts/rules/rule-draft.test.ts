import { describe, expect, it } from "vitest";
import type { AlertRule } from "../../../domain/alerts/endpoints.ts";
import { withDefaults } from "../../../domain/alerts/rule-defaults.ts";
import { RULE_KINDS } from "../../../domain/kernel/statuses.ts";
import { parseSpan, spanWords } from "../../ui/span.ts";
import { isChanged, removedBuiltIns, resetPut } from "./built-in.ts";
import { newStep } from "./notify-words.ts";
import { draftOf, freeId, newDraft, parseDraft, putOf, ruleSummary } from "./rule-draft.ts";

const rules: AlertRule[] = withDefaults([]).map(({ ruleKind, ...rule }) => ({
  ...rule,
  ruleId: rule.id,
  kind: ruleKind,
  builtIn: true,
}));

describe("the form of a rule", () => {
  it("every built-in rule goes through the form unchanged", () => {
    for (const rule of rules) {
      const parsed = parseDraft(draftOf(rule));
      expect(parsed.ok && parsed.rule.params).toMatchObject(rule.params);
    }
  });

  it("a new rule of every kind is a rule as soon as it has an id", () => {
    for (const kind of RULE_KINDS)
      expect(parseDraft({ ...newDraft(kind), ruleId: "mine" })).toMatchObject({ ok: true });
  });

  it("a fault is shown at its field", () => {
    const draft = { ...newDraft("success_rate"), ruleId: "mine" };
    const parsed = parseDraft({
      ...draft,
      name: "",
      params: { ...draft.params, threshold: "90%", windowMs: "soon", minimumSample: "" },
    });
    expect(parsed.ok).toBe(false);
    expect(Object.keys(parsed.ok ? {} : parsed.faults).sort()).toEqual(["minimumSample", "name", "windowMs"]);
    expect(parseDraft({ ...draft, params: { ...draft.params, recovery: "50%" } })).toMatchObject({
      faults: { recovery: "must not be under `threshold`" },
    });
  });

  it("escalation goes through the form, steps without channels or times are reported at their places", () => {
    const [base] = rules;
    if (!base) throw new Error("there is a built-in rule");
    const rule = { ...base, channels: ["pager"], escalation: [{ afterMs: 900_000, channels: ["ops", "old"] }] };
    expect(parseDraft(draftOf(rule))).toMatchObject({ ok: true, rule: { escalation: rule.escalation } });
    expect(parseDraft(draftOf(rule), ["pager", "ops"])).toMatchObject({
      rule: { channels: ["pager"], escalation: [{ afterMs: 900_000, channels: ["ops"] }] },
    });
    expect(putOf(rule, ["ops"])).toMatchObject({ channels: [], escalation: [{ channels: ["ops"] }] });
    expect(putOf(rule, [], { enabled: false })).toMatchObject({ enabled: false, channels: [], escalation: [] });
    const draft = draftOf(rule);
    const faulty = { ...draft, escalation: [newStep("soon", ["ops"]), newStep("1 hour"), newStep("30 days", ["ops"])] };
    const parsed = parseDraft(faulty);
    expect(Object.keys(parsed.ok ? {} : parsed.faults)).toEqual(["step.0.after", "step.1.channels", "step.2.after"]);
  });

  it("a built-in rule that was changed can be reset and a removed one brought back", () => {
    const [base] = rules;
    if (!base) throw new Error("there is a built-in rule");
    expect(rules.filter(isChanged)).toEqual([]);
    expect(isChanged({ ...base, channels: ["pager"] })).toBe(false);
    expect(isChanged({ ...base, severity: "info" })).toBe(true);
    expect(resetPut(base.ruleId, { channels: ["pager"] })).toMatchObject({
      severity: base.severity,
      channels: ["pager"],
    });
    expect(resetPut("mine")).toBeUndefined();
    expect(removedBuiltIns(rules.map(({ ruleId }) => ruleId).filter((id) => id !== "stuck"))).toEqual(["stuck"]);
  });

  it("a rule is summed up in one line, and a copy has a free id", () => {
    const rate = rules.find(({ ruleId }) => ruleId === "success_rate");
    expect(rate && ruleSummary(rate)).toContain("Fires under 80% · Ends at 90% · Looked at over 15 minutes");
    expect(freeId("stuck", ["stuck-2"])).toBe("stuck-3");
  });
});

describe("spans in words", () => {
  it("what is written can be read", () => {
    for (const ms of [1_000, 90_000, 900_000, 5_400_000, 90_000_000]) expect(parseSpan(spanWords(ms))).toBe(ms);
    expect(parseSpan("1 h 30 min")).toBe(5_400_000);
    expect(parseSpan("15")).toBe(900_000);
    expect(parseSpan("soon")).toBeNull();
    expect(parseSpan("3 parsecs")).toBeNull();
  });
});
