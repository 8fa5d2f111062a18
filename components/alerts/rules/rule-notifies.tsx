"use client";

import type { ChannelRow } from "../channels/channel-model.ts";
import { ChannelPicker } from "./channel-picker.tsx";
import { EscalationSteps } from "./escalation-steps.tsx";
import { notifyWords } from "./notify-words.ts";
import type { RuleDraft } from "./rule-draft.ts";

interface RuleTellingProps {
  draft: RuleDraft;
  channels: readonly ChannelRow[];
  faultOf: (field: string) => string | undefined;
  mayChange: boolean;
  onChange: (part: Partial<RuleDraft>) => void;
}

/** Who is notified of a rule's alerts, at once and when nobody acknowledges. */
export function RuleNotifies({ draft, channels, faultOf, mayChange, onChange }: RuleTellingProps) {
  const nameOf = (id: string) => channels.find((channel) => channel.id === id)?.name ?? id;
  return (
    <section aria-label="Who is notified" className="space-y-3 rounded-md border border-line p-3">
      <p className="text-body" aria-live="polite">
        {notifyWords(draft, nameOf)}
      </p>
      <ChannelPicker
        label="Notified at once"
        channels={channels}
        chosen={draft.channels}
        onChange={(chosen) => onChange({ channels: chosen })}
        fault={faultOf("channels")}
        disabled={!mayChange}
      />
      <EscalationSteps
        steps={draft.escalation}
        channels={channels}
        faultOf={faultOf}
        disabled={!mayChange}
        onChange={(escalation) => onChange({ escalation })}
      />
      <label className="flex items-start gap-2 text-body">
        <input
          type="checkbox"
          checked={draft.notifyFolded}
          disabled={!mayChange}
          onChange={(event) => onChange({ notifyFolded: event.target.checked })}
          className="mt-0.5 size-4 shrink-0 accent-(--accent)"
        />
        <span>
          Notify of its alerts even while their cause is open
          <span className="block text-small text-muted">
            Off, channels that were notified of the cause are notified of them only if they still fire when it has
            ended.
          </span>
        </span>
      </label>
    </section>
  );
}
