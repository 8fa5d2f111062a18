"use client";

import { ArrowDown, ArrowUp, Plus, Trash2 } from "lucide-react";
import { useEffect, useRef } from "react";
import { Button, IconButton } from "../../ui/button.tsx";
import { TextField } from "../../ui/field.tsx";
import type { ChannelRow } from "../channels/channel-model.ts";
import { ChannelPicker } from "./channel-picker.tsx";
import { movedStep, newStep, type StepDraft, sinceFiring } from "./notify-words.ts";
import { stepField } from "./rule-draft.ts";

interface EscalationStepsProps {
  steps: readonly StepDraft[];
  channels: readonly ChannelRow[];
  faultOf: (field: string) => string | undefined;
  disabled: boolean;
  onChange: (steps: StepDraft[]) => void;
}

/** The API takes no more. */
const MOST = 10;

/** Whom to notify next when nobody acknowledges, step by step. */
export function EscalationSteps({ steps, channels, faultOf, disabled, onChange }: EscalationStepsProps) {
  const list = useRef<HTMLOListElement>(null);
  const add = useRef<HTMLButtonElement>(null);
  const toFocus = useRef<{ key: string } | "add" | null>(null);
  // Focus goes into an added step, and stays near a removed one.
  useEffect(() => {
    const target = toFocus.current;
    if (target === null) return;
    toFocus.current = null;
    if (target === "add") add.current?.focus();
    else list.current?.querySelector<HTMLElement>(`[data-step="${target.key}"] input`)?.focus();
  });
  const put = (index: number, part: Partial<StepDraft>) =>
    onChange(steps.map((step, at) => (at === index ? { ...step, ...part } : step)));
  const append = () => {
    const step = newStep();
    toFocus.current = { key: step.key };
    onChange([...steps, step]);
  };
  const drop = (index: number) => {
    toFocus.current = "add";
    onChange(steps.filter((_, at) => at !== index));
  };
  return (
    <div className="space-y-2">
      <ol ref={list} aria-label="Escalation" className="space-y-2">
        {steps.map((step, index) => (
          <li
            key={step.key}
            data-step={step.key}
            aria-label={`Step ${index + 1}`}
            className="space-y-2 rounded-md border border-line p-2.5"
          >
            <div className="flex items-start gap-2">
              <div className="min-w-0 flex-1">
                <TextField
                  label={index === 0 ? "If nobody acknowledges within" : "If still nobody, after another"}
                  value={step.after}
                  onChange={(after) => put(index, { after })}
                  fault={faultOf(stepField(index, "after"))}
                  hint={index === 0 ? undefined : sinceFiring(steps, index)}
                  disabled={disabled}
                />
              </div>
              {!disabled && (
                <div className="mt-5 flex">
                  <IconButton
                    label={`Move step ${index + 1} up`}
                    disabled={index === 0}
                    onClick={() => onChange(movedStep(steps, index, -1))}
                  >
                    <ArrowUp aria-hidden className="size-3.5" />
                  </IconButton>
                  <IconButton
                    label={`Move step ${index + 1} down`}
                    disabled={index === steps.length - 1}
                    onClick={() => onChange(movedStep(steps, index, 1))}
                  >
                    <ArrowDown aria-hidden className="size-3.5" />
                  </IconButton>
                  <IconButton label={`Remove step ${index + 1}`} onClick={() => drop(index)}>
                    <Trash2 aria-hidden className="size-3.5" />
                  </IconButton>
                </div>
              )}
            </div>
            <ChannelPicker
              label="Notify"
              channels={channels}
              chosen={step.channels}
              onChange={(chosen) => put(index, { channels: chosen })}
              fault={faultOf(stepField(index, "channels"))}
              disabled={disabled}
            />
          </li>
        ))}
      </ol>
      {!disabled && (
        <Button ref={add} size="sm" disabled={steps.length >= MOST || channels.length === 0} onClick={append}>
          <Plus aria-hidden className="size-3.5" />{" "}
          {steps.length === 0 ? "Escalate when nobody acknowledges" : "Add a step"}
        </Button>
      )}
    </div>
  );
}
