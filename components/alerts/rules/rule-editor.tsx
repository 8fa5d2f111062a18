"use client";

import { type FormEvent, type ReactNode, useRef, useState } from "react";
import type { AlertRule } from "../../../domain/alerts/endpoints.ts";
import { RULE_KINDS, SEVERITIES } from "../../../domain/kernel/statuses.ts";
import { Button } from "../../ui/button.tsx";
import { Drawer } from "../../ui/drawer.tsx";
import { TextField } from "../../ui/field.tsx";
import { MeanwhileNotice } from "../../ui/meanwhile.tsx";
import { changesBetween } from "../../ui/meanwhile-model.ts";
import { Select } from "../../ui/select.tsx";
import type { ChannelRow } from "../channels/channel-model.ts";
import { draftOf, newDraft, parseDraft, type RuleDraft, type RulePut, SEVERITY_NAMES } from "./rule-draft.ts";
import { ruleFacts } from "./rule-facts.ts";
import { ruleLook } from "./rule-fields.ts";
import { RuleNotifies } from "./rule-notifies.tsx";
import { RulePreviewStrip } from "./rule-preview.tsx";
import { useNames } from "./use-names.ts";

/** What the editor begins with. */
export interface Editing {
  draft: RuleDraft;
  /**
   * The rule as it was opened; null for one that is not there yet, whose id and kind can be chosen.
   */
  seen: AlertRule | null;
}

interface RuleEditorProps {
  editing: Editing | null;
  channels: readonly ChannelRow[];
  /** Ids of the rules that are there. */
  taken: readonly string[];
  mayChange: boolean;
  busy: boolean;
  onClose: () => void;
  /**
   * Writes a rule that was seen so. Answers what somebody else has made of it meanwhile; then
   * nothing is written.
   */
  onSave: (rule: RulePut, seen: AlertRule | null) => Promise<AlertRule | null>;
}

/** A rule as a form, with how often it would have fired and who would be notified. */
export function RuleEditor({ editing, onClose, ...rest }: RuleEditorProps) {
  return (
    <Drawer
      open={editing !== null}
      onClose={onClose}
      title={editing?.seen === null ? "New rule" : `Rule ${editing?.draft.name ?? ""}`}
    >
      {editing && <RuleForm key={editing.draft.ruleId} editing={editing} onClose={onClose} {...rest} />}
    </Drawer>
  );
}

function RuleForm(props: RuleEditorProps & { editing: Editing }) {
  const { editing, channels, taken, mayChange, busy, onClose, onSave } = props;
  const form = useRef<HTMLFormElement>(null);
  const [draft, setDraft] = useState(editing.draft);
  const [seen, setSeen] = useState(editing.seen);
  const [theirs, setTheirs] = useState<AlertRule | null>(null);
  const [sent, setSent] = useState(false);
  const isNew = seen === null;
  const names = useNames();
  const change = (part: Partial<RuleDraft>) => setDraft((before) => ({ ...before, ...part }));
  const parsed = parseDraft(
    draft,
    channels.map(({ id }) => id),
  );
  const isTaken = isNew && (taken.includes(draft.ruleId) || theirs?.ruleId === draft.ruleId);
  const faultOf = (field: string) => {
    if (field === "ruleId" && isTaken) return "is another rule's already";
    // A step that was just added has no channel yet; the fault need not show at once.
    if (!sent && field.endsWith(".channels")) return undefined;
    return parsed.ok ? undefined : parsed.faults[field];
  };
  // Neither the id nor the channels change what a rule finds.
  const previewed = parseDraft({ ...draft, ruleId: "preview", name: "preview", channels: [], escalation: [] });
  const look = ruleLook(draft.kind);
  const save = async (rule: RulePut, against: AlertRule | null) => {
    setTheirs(null);
    setTheirs(await onSave(rule, against));
  };
  const nameOf = (id: string) => channels.find((channel) => channel.id === id)?.name ?? id;
  const loadTheirs = (rule: AlertRule) => {
    if (rule.removedAt !== null) return onClose();
    setDraft(draftOf(rule));
    setSeen(rule);
    setTheirs(null);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setSent(true);
    if (parsed.ok && !isTaken) return void save(parsed.rule, seen);
    // After the faults have been drawn.
    requestAnimationFrame(() => {
      const wrong = form.current?.querySelector<HTMLElement>('[aria-invalid="true"], [data-fault] input');
      wrong?.focus();
    });
  };
  const text = (field: "name" | "ruleId" | "forText") => ({
    value: draft[field],
    onChange: (value: string) => change({ [field]: value }),
    disabled: !mayChange,
  });
  return (
    <form ref={form} onSubmit={submit} noValidate className="space-y-3">
      {isNew && (
        <>
          <Labelled label="Fires when">
            <Select
              label="Fires when"
              value={draft.kind}
              options={RULE_KINDS.map((kind) => ({ value: kind, label: ruleLook(kind).label }))}
              onValueChange={(kind) => {
                const { name, params } = newDraft(kind);
                change({ kind, params, ...(draft.name === look.label && { name }) });
              }}
              className="w-full"
            />
          </Labelled>
          <TextField label="Id" hint="Its alerts carry it" mono fault={faultOf("ruleId")} {...text("ruleId")} />
        </>
      )}
      <p className="text-body text-muted">{look.says}</p>
      <TextField label="Name" fault={faultOf("name")} {...text("name")} />
      <div className="grid gap-3 sm:grid-cols-2">
        {look.fields.map(({ name, label, empty, of }) => (
          <TextField
            key={`${draft.kind} ${name}`}
            label={label}
            placeholder={empty}
            value={draft.params[name] ?? ""}
            onChange={(value) => change({ params: { ...draft.params, [name]: value } })}
            fault={faultOf(name)}
            disabled={!mayChange}
            {...(of && { suggestions: names[of] })}
          />
        ))}
        <TextField label="Held for at least" placeholder="At once" fault={faultOf("forMs")} {...text("forText")} />
        <Labelled label="Severity">
          <Select
            label="Severity"
            value={draft.severity}
            options={SEVERITIES.map((severity) => ({ value: severity, label: SEVERITY_NAMES[severity] }))}
            onValueChange={(severity) => mayChange && change({ severity })}
            className="w-full"
          />
          {!isNew && (
            <p className="mt-1 text-small text-muted">Open alerts of this rule take it over within seconds.</p>
          )}
        </Labelled>
      </div>
      <RulePreviewStrip rule={previewed.ok ? previewed.rule : null} />
      <RuleNotifies draft={draft} channels={channels} faultOf={faultOf} mayChange={mayChange} onChange={change} />
      <label className="flex items-center gap-2 text-body">
        <input
          type="checkbox"
          checked={draft.enabled}
          disabled={!mayChange}
          onChange={(event) => change({ enabled: event.target.checked })}
          className="size-4 accent-(--accent)"
        />
        It is on
      </label>
      {seen && theirs && (
        <MeanwhileNotice
          thing="rule"
          removed={theirs.removedAt !== null}
          changes={changesBetween(ruleFacts(seen, nameOf), ruleFacts(theirs, nameOf))}
          busy={busy}
          onTheirs={() => loadTheirs(theirs)}
          onMine={() => parsed.ok && void save(parsed.rule, theirs)}
        />
      )}
      <div className="sticky -bottom-3.5 -mx-3.5 flex flex-wrap items-center justify-end gap-2 border-t border-line bg-surface px-3.5 py-2.5">
        {sent && (!parsed.ok || isTaken) && (
          <p role="alert" className="mr-auto text-small text-danger">
            Something is not right yet
          </p>
        )}
        <Button onClick={onClose}>{mayChange ? "Keep as is" : "Close"}</Button>
        {mayChange && (
          <Button type="submit" variant="primary" busy={busy}>
            {isNew ? "Create rule" : "Save rule"}
          </Button>
        )}
      </div>
    </form>
  );
}

const Labelled = ({ label, children }: { label: string; children: ReactNode }) => (
  <div>
    <span className="mb-1 block text-small font-medium text-muted">{label}</span>
    {children}
  </div>
);
