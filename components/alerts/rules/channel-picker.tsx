"use client";

import Link from "next/link";
import { useId } from "react";
import { cn } from "../../ui/cn.ts";
import { type ChannelRow, channelLook } from "../channels/channel-model.ts";
import { KindIcon } from "../channels/kind-icon.tsx";

interface ChannelPickerProps {
  /** What choosing one means: `Notified at once`. */
  label: string;
  channels: readonly ChannelRow[];
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
  fault?: string | undefined;
  disabled?: boolean;
}

/** Any of the channels. Those that are off or removed are named: they are not notified. */
export function ChannelPicker({ label, channels, chosen, onChange, fault, disabled = false }: ChannelPickerProps) {
  const help = useId();
  const toggle = (id: string) => onChange(chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id]);
  const gone = chosen.filter((id) => !channels.some((channel) => channel.id === id));
  const off = channels.filter(({ id, enabled }) => !enabled && chosen.includes(id));
  return (
    <fieldset aria-describedby={help} data-fault={fault ? "" : undefined} disabled={disabled} className="min-w-0">
      <legend className="mb-1 text-small font-medium text-muted">{label}</legend>
      {channels.length === 0 && gone.length === 0 ? (
        <p className="text-small text-muted">
          There is no channel yet.{" "}
          <Link href="/alerts/channels" className="link underline">
            Make one
          </Link>
        </p>
      ) : (
        <div className="flex flex-wrap gap-1.5">
          {channels.map(({ id, name, channelKind, enabled }) => (
            <Choice key={id} checked={chosen.includes(id)} onToggle={() => toggle(id)}>
              <KindIcon kind={channelKind} className="size-3.5 shrink-0 text-muted" />
              <span className="truncate" title={channelLook(channelKind).label}>
                {name}
              </span>
              {!enabled && <span className="text-muted">off</span>}
            </Choice>
          ))}
          {gone.map((id) => (
            <Choice key={id} checked onToggle={() => toggle(id)}>
              <span className="truncate line-through">{id}</span>
              <span className="text-muted">removed</span>
            </Choice>
          ))}
        </div>
      )}
      <div id={help} className="text-small [&_p]:mt-1">
        {fault && <p className="text-danger">{fault}</p>}
        {off.length > 0 && (
          <p className="text-muted">
            {off.map(({ name }) => name).join(", ")} {off.length === 1 ? "is" : "are"} off and not notified until turned
            on.
          </p>
        )}
        {gone.length > 0 && <p className="text-muted">What was removed is left out when you save.</p>}
      </div>
    </fieldset>
  );
}

interface ChoiceProps {
  checked: boolean;
  onToggle: () => void;
  children: React.ReactNode;
}

function Choice({ checked, onToggle, children }: ChoiceProps) {
  return (
    <label
      className={cn(
        "inline-flex h-8 max-w-full cursor-pointer items-center gap-1.5 rounded-md border px-2 text-body pointer-coarse:h-9",
        checked ? "border-accent bg-accent-soft" : "border-line-strong bg-surface hover:bg-hover",
      )}
    >
      <input type="checkbox" checked={checked} onChange={onToggle} className="size-3.5 accent-(--accent)" />
      {children}
    </label>
  );
}
