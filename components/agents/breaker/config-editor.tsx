"use client";

import { type FormEvent, useId, useState } from "react";
import type { BreakerConfig, BreakerConfigInput } from "../../../domain/agents/breaker/config.ts";
import { Button } from "../../ui/button.tsx";
import { Drawer } from "../../ui/drawer.tsx";
import { Input, Textarea } from "../../ui/input.tsx";
import { Label } from "../../ui/label.tsx";
import { Select } from "../../ui/select.tsx";
import { type ConfigDraft, draftOf, EMPTY_DRAFT, type Faults, parseConfig, remarksOn } from "./config-draft.ts";
import { CONFIG_FIELDS, type ConfigField, type ConfigName } from "./config-fields.ts";

interface ConfigEditorProps {
  name: string;
  config: BreakerConfig;
  open: boolean;
  busy: boolean;
  /** Errors of the server, by field. */
  refused: Faults;
  onClose: () => void;
  onSave: (config: BreakerConfigInput, reason: string) => void;
}

/** The settings of a breaker as a form, each explained in resilience4j's words. */
export function ConfigEditor({ name, open, onClose, ...rest }: ConfigEditorProps) {
  return (
    <Drawer open={open} onClose={onClose} title={`Breaker of ${name}`}>
      {open && <ConfigForm onClose={onClose} {...rest} />}
    </Drawer>
  );
}

const WINDOWS = [
  { value: "count", label: "The last calls (COUNT_BASED)" },
  { value: "time", label: "The last seconds (TIME_BASED)" },
] as const;

function ConfigForm({ config, busy, refused, onClose, onSave }: Omit<ConfigEditorProps, "name" | "open">) {
  const [draft, setDraft] = useState<ConfigDraft>(() => draftOf(config));
  const [reason, setReason] = useState("");
  const why = useId();
  const parsed = parseConfig(draft);
  const faults: Faults = parsed.ok ? refused : parsed.faults;
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (parsed.ok && !busy) onSave(parsed.config, reason.trim());
  };
  return (
    <form onSubmit={submit} noValidate className="space-y-4">
      <div>
        <span className="mb-1 block text-small font-medium text-muted">Window</span>
        <Select
          label="Window"
          value={draft.window}
          options={WINDOWS}
          onValueChange={(window) => setDraft((before) => ({ ...before, window }))}
          className="w-full"
        />
        <p className="mt-1 text-small text-muted">
          The calls that the rates count. A new kind or size starts with an empty window.
        </p>
      </div>
      <div className="grid gap-x-3 gap-y-4 sm:grid-cols-2">
        {CONFIG_FIELDS.map((field) => (
          <SettingField
            key={field.name}
            field={field}
            value={draft.texts[field.name] ?? ""}
            fault={faults[field.name]}
            onChange={(name, text) => setDraft((before) => ({ ...before, texts: { ...before.texts, [name]: text } }))}
          />
        ))}
      </div>
      {parsed.ok && (
        <ul className="space-y-1 text-small text-muted empty:hidden">
          {remarksOn(parsed.config).map((remark) => (
            <li key={remark}>{remark}</li>
          ))}
        </ul>
      )}
      <div>
        <Label htmlFor={why}>Reason (optional)</Label>
        <Textarea
          id={why}
          value={reason}
          onChange={(event) => setReason(event.target.value)}
          maxLength={4000}
          rows={2}
          placeholder="Is logged with the change"
        />
      </div>
      <div className="flex flex-wrap justify-end gap-2">
        <Button variant="ghost" className="mr-auto" onClick={() => setDraft(EMPTY_DRAFT)}>
          All to defaults
        </Button>
        <Button onClick={onClose}>Keep as is</Button>
        <Button type="submit" variant="primary" busy={busy} disabled={!parsed.ok}>
          Save settings
        </Button>
      </div>
    </form>
  );
}

interface SettingFieldProps {
  field: ConfigField;
  value: string;
  fault: string | undefined;
  onChange: (name: ConfigName, text: string) => void;
}

function SettingField({ field, value, fault, onChange }: SettingFieldProps) {
  const [input, help] = [useId(), useId()];
  const { name, label, says, theirs, empty } = field;
  return (
    <div>
      <Label htmlFor={input}>{label}</Label>
      <Input
        id={input}
        value={value}
        placeholder={`Default: ${empty}`}
        onChange={(event) => onChange(name, event.target.value)}
        aria-invalid={fault !== undefined}
        aria-describedby={help}
        autoComplete="off"
        className="w-full"
      />
      <p id={help} className="mt-1 text-small text-muted">
        {fault && <span className="block font-medium text-danger">{fault}</span>}
        {says} <span className="text-faint">Default: {empty}.</span>
        <code className="block truncate text-micro text-faint" title={theirs}>
          {theirs}
        </code>
      </p>
    </div>
  );
}
