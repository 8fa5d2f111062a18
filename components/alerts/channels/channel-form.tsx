"use client";

import { useQueryClient } from "@tanstack/react-query";
import { TriangleAlert } from "lucide-react";
import { type FormEvent, useRef, useState } from "react";
import { errorOf } from "../../../client/core/problem.ts";
import { seedTopic } from "../../live/row-cache.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { MeanwhileNotice } from "../../ui/meanwhile.tsx";
import { changesBetween } from "../../ui/meanwhile-model.ts";
import { Select } from "../../ui/select.tsx";
import {
  type ChannelDraft,
  type ChannelFaults,
  type ChannelField,
  type ChannelPut,
  draftOfChannel,
  faultsOf,
  KINDS,
  parseChannel,
} from "./channel-draft.ts";
import { type ChannelRow, channelLook, hasSecret, isSentTo, targetWarning } from "./channel-model.ts";
import { KindIcon } from "./kind-icon.tsx";
import { channelFacts, putChannel } from "./put-channel.ts";

/** What the form begins with. */
export interface EditedChannel {
  draft: ChannelDraft;
  /**
   * The channel as it was opened; null for one that is not there yet, whose id and kind can be
   * chosen.
   */
  seen: ChannelRow | null;
}

interface ChannelFormProps {
  /** Ids of the channels that are there. */
  taken: readonly string[];
  onClose: () => void;
  /** A channel was written; `secret` if it was made by that. */
  onSaved: (channel: ChannelRow, secret: string | undefined) => void;
}

/** A channel as a form in a dialog; null: closed. */
export function ChannelDialog({ editing, ...rest }: ChannelFormProps & { editing: EditedChannel | null }) {
  return (
    <Dialog
      open={editing !== null}
      onOpenChange={(open) => !open && rest.onClose()}
      title={editing?.seen === null ? "New channel" : `Channel ${editing?.draft.channelId ?? ""}`}
    >
      {editing && <ChannelForm key={editing.draft.channelId} editing={editing} {...rest} />}
    </Dialog>
  );
}

const NO_FAULTS: ChannelFaults = {};

function ChannelForm({ editing, taken, onClose, onSaved }: ChannelFormProps & { editing: EditedChannel }) {
  const [seen, setSeen] = useState(editing.seen);
  const [theirs, setTheirs] = useState<ChannelRow | null>(null);
  const isNew = seen === null;
  const client = useQueryClient();
  const form = useRef<HTMLFormElement>(null);
  const [draft, setDraft] = useState(editing.draft);
  // What nobody has filled in yet is not called wrong before it is sent.
  const [left, setLeft] = useState<ReadonlySet<ChannelField>>(new Set());
  const [sent, setSent] = useState(false);
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<{ faults: ChannelFaults; other: string | null }>(NOT_REFUSED);
  const parsed = parseChannel(draft, isNew ? [...taken, ...(theirs ? [theirs.id] : [])] : []);
  const look = channelLook(draft.kind);

  const change = (part: Partial<ChannelDraft>) => {
    setDraft((before) => ({ ...before, ...part }));
    setRefused(NOT_REFUSED);
  };
  const field = (name: ChannelField) => {
    const own = parsed.ok ? undefined : parsed.faults[name];
    return {
      value: draft[name],
      onChange: (value: string) => change({ [name]: value }),
      onBlur: () => draft[name] !== "" && setLeft((before) => new Set([...before, name])),
      fault: (sent || left.has(name) ? own : undefined) ?? refused.faults[name],
    };
  };
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    setSent(true);
    if (!parsed.ok) {
      // After the faults have been drawn.
      requestAnimationFrame(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
      return;
    }
    await save(parsed.body, seen);
  };
  const save = async (body: ChannelPut, against: ChannelRow | null) => {
    setBusy(true);
    setRefused(NOT_REFUSED);
    setTheirs(null);
    try {
      const written = await putChannel(draft.channelId.trim(), body, against);
      if ("theirs" in written) return setTheirs(written.theirs);
      const { receipt: _, secret, ...channel } = written.done;
      seedTopic(client, "rules", "channel", [channel as ChannelRow]);
      onSaved(channel as ChannelRow, secret);
    } catch (thrown) {
      const problem = errorOf(thrown);
      setRefused(faultsOf(problem));
    } finally {
      setBusy(false);
    }
  };
  const loadTheirs = (row: ChannelRow) => {
    if (row.removedAt !== null) return onClose();
    setDraft(draftOfChannel(row));
    setSeen(row);
    setTheirs(null);
  };
  const warning = targetWarning(draft.kind, draft.target.trim());

  return (
    <form ref={form} onSubmit={submit} noValidate className="mt-3 space-y-3">
      {isNew ? (
        <div>
          <span className="mb-1 block text-small font-medium text-muted">Kind</span>
          <Select
            label="Kind"
            value={draft.kind}
            options={KINDS.map((kind) => ({
              value: kind,
              label: channelLook(kind).label,
              icon: <KindIcon kind={kind} className="size-3.5 text-muted" />,
            }))}
            onValueChange={(kind) => change({ kind, target: "", secret: "" })}
            className="w-full"
          />
          <p className="mt-1 text-small text-muted">{look.says}</p>
        </div>
      ) : (
        <p className="flex items-start gap-2 text-body text-muted">
          <KindIcon kind={draft.kind} className="mt-0.5 size-4 shrink-0" />
          <span>
            {look.label}. {look.says}
          </span>
        </p>
      )}
      {isNew && (
        <TextField
          label="Id"
          placeholder="pager"
          mono
          hint="Rules name it; it stays what it is"
          {...field("channelId")}
        />
      )}
      <TextField label="Name" placeholder={draft.channelId.trim() || "The same as the id"} {...field("name")} />
      {look.target && (
        <div>
          <TextField
            label={look.target.label}
            placeholder={look.target.placeholder}
            hint={look.target.hint}
            mono
            {...(draft.kind === "email" && { lines: 2 })}
            {...field("target")}
          />
          {warning && (
            <p role="note" className="mt-1 flex gap-1.5 text-small text-muted">
              <TriangleAlert aria-hidden className="mt-0.5 size-3.5 shrink-0 text-status-blocked" />
              {warning}
            </p>
          )}
        </div>
      )}
      {hasSecret(draft.kind) && (
        <details open={draft.secret !== "" || undefined}>
          <summary className="text-small font-medium text-muted hover:text-ink">
            {isNew ? "Sign with a secret of your own" : "Replace the secret by one of your own"}
          </summary>
          <div className="mt-2">
            <TextField
              label="Secret"
              placeholder="whsec_…"
              hint={
                isNew
                  ? "Left empty, one is made and shown once"
                  : "Left empty, it stays. To replace it without a gap, rotate it: the old one then signs too for 24 hours"
              }
              mono
              {...field("secret")}
            />
          </div>
        </details>
      )}
      {isSentTo(draft.kind) && (
        <details open={draft.stormThreshold !== "" || draft.stormWindow !== "" || undefined}>
          <summary className="text-small font-medium text-muted hover:text-ink">When much happens at once</summary>
          <div className="mt-2 grid gap-3 sm:grid-cols-2">
            <TextField
              label="Messages one by one"
              placeholder="10"
              hint="What is more goes into one digest"
              {...field("stormThreshold")}
            />
            <TextField label="Within" placeholder="1 minute" {...field("stormWindow")} />
          </div>
        </details>
      )}
      <label className="flex items-center gap-2 text-body">
        <input
          type="checkbox"
          checked={draft.enabled}
          onChange={(event) => change({ enabled: event.target.checked })}
          className="size-4 accent-(--accent)"
        />
        It is on
      </label>
      {refused.other && (
        <p role="alert" className="rounded-md bg-danger-soft px-2.5 py-2 text-body break-words text-danger">
          {refused.other}
        </p>
      )}
      {seen && theirs && (
        <MeanwhileNotice
          thing="channel"
          removed={theirs.removedAt !== null}
          changes={changesBetween(channelFacts(seen), channelFacts(theirs))}
          busy={busy}
          onTheirs={() => loadTheirs(theirs)}
          onMine={() => parsed.ok && void save(parsed.body, theirs)}
        />
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>{isNew ? "Cancel" : "Keep as is"}</Button>
        <Button type="submit" variant="primary" busy={busy}>
          {isNew ? "Create channel" : "Save channel"}
        </Button>
      </div>
    </form>
  );
}

const NOT_REFUSED = { faults: NO_FAULTS, other: null };
