"use client";

import { type FormEvent, type ReactNode, useId, useState } from "react";
import { RULE_KINDS, SEVERITIES } from "../../domain/statuses.ts";
import { Button } from "../ui/button.tsx";
import { Drawer } from "../ui/drawer.tsx";
import { Input } from "../ui/input.tsx";
import { Select } from "../ui/select.tsx";
import { newDraft, parseDraft, type RuleDraft, type RulePut } from "./rule-draft.ts";
import { RULE_LOOKS } from "./rule-fields.ts";
import { RulePreviewStrip } from "./rule-preview.tsx";

/** What the editor begins with. */
export interface Editing {
  draft: RuleDraft;
  /** A rule that is not there yet: its id and kind can be chosen. */
  isNew: boolean;
}

interface RuleEditorProps {
  editing: Editing | null;
  busy: boolean;
  onClose: () => void;
  onSave: (rule: RulePut) => void;
}

/** A rule as a form, with how often it would have fired. */
export function RuleEditor({ editing, onClose, ...rest }: RuleEditorProps) {
  return (
    <Drawer
      open={editing !== null}
      onClose={onClose}
      title={editing?.isNew ? "New rule" : `Rule ${editing?.draft.name ?? ""}`}
    >
      {editing && <RuleForm key={editing.draft.ruleId} editing={editing} onClose={onClose} {...rest} />}
    </Drawer>
  );
}

const NAMES = { critical: "Critical", warning: "Warning", info: "Info" } as const;

function RuleForm({ editing, busy, onClose, onSave }: RuleEditorProps & { editing: Editing }) {
  const [draft, setDraft] = useState(editing.draft);
  const change = (part: Partial<RuleDraft>) => setDraft((before) => ({ ...before, ...part }));
  const parsed = parseDraft(draft);
  const faultOf = (field: string) => (parsed.ok ? undefined : parsed.faults[field]);
  // The id has no part in what a rule finds.
  const previewed = parseDraft({ ...draft, ruleId: "preview", name: "preview" });
  const look = RULE_LOOKS[draft.kind];
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (parsed.ok) onSave(parsed.rule);
  };
  const text = (field: "name" | "ruleId" | "forText") => ({
    value: draft[field],
    onChange: (value: string) => change({ [field]: value }),
  });
  return (
    <form onSubmit={submit} className="space-y-3">
      {editing.isNew && (
        <>
          <Labelled label="Fires when">
            <Select
              label="Fires when"
              value={draft.kind}
              options={RULE_KINDS.map((kind) => ({ value: kind, label: RULE_LOOKS[kind].label }))}
              onValueChange={(kind) => setDraft({ ...newDraft(kind), ruleId: draft.ruleId })}
              className="w-full"
            />
          </Labelled>
          <Field label="Id" hint="Its alerts carry it" fault={faultOf("ruleId")} {...text("ruleId")} />
        </>
      )}
      <p className="text-[13px] text-muted">{look.says}</p>
      <Field label="Name" fault={faultOf("name")} {...text("name")} />
      <div className="grid gap-3 sm:grid-cols-2">
        {look.fields.map(({ name, label, empty }) => (
          <Field
            key={name}
            label={label}
            placeholder={empty}
            value={draft.params[name] ?? ""}
            onChange={(value) => change({ params: { ...draft.params, [name]: value } })}
            fault={faultOf(name)}
          />
        ))}
        <Field label="Held for at least" placeholder="At once" fault={faultOf("forMs")} {...text("forText")} />
        <Labelled label="Severity">
          <Select
            label="Severity"
            value={draft.severity}
            options={SEVERITIES.map((severity) => ({ value: severity, label: NAMES[severity] }))}
            onValueChange={(severity) => change({ severity })}
            className="w-full"
          />
        </Labelled>
      </div>
      <label className="flex items-center gap-2 text-[13px]">
        <input
          type="checkbox"
          checked={draft.enabled}
          onChange={(event) => change({ enabled: event.target.checked })}
          className="size-4 accent-(--accent)"
        />
        It is on
      </label>
      <RulePreviewStrip rule={previewed.ok ? previewed.rule : null} />
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Keep as is</Button>
        <Button type="submit" variant="primary" busy={busy} disabled={!parsed.ok}>
          {editing.isNew ? "Create rule" : "Save rule"}
        </Button>
      </div>
    </form>
  );
}

const Labelled = ({ label, children }: { label: string; children: ReactNode }) => (
  <div>
    <span className="mb-1 block text-[12px] font-medium text-muted">{label}</span>
    {children}
  </div>
);

interface FieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  placeholder?: string | undefined;
  hint?: string;
  fault: string | undefined;
}

function Field({ label, value, onChange, placeholder, hint, fault }: FieldProps) {
  const [field, help] = [useId(), useId()];
  return (
    <div>
      <label htmlFor={field} className="mb-1 block text-[12px] font-medium text-muted">
        {label}
      </label>
      <Input
        id={field}
        value={value}
        placeholder={placeholder}
        onChange={(event) => onChange(event.target.value)}
        aria-invalid={fault !== undefined}
        aria-describedby={help}
        className="w-full"
      />
      <p id={help} className={fault ? "mt-1 text-[12px] text-danger" : "mt-1 text-[12px] text-muted"}>
        {fault ?? hint}
      </p>
    </div>
  );
}
