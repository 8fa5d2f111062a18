"use client";

import { type FormEvent, useId, useState } from "react";
import { api } from "../live/api.ts";
import { useCommand } from "../live/use-command.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Input } from "../ui/input.tsx";
import { parseBound, type QueueItem, type QueueRow, queueHref } from "./queue-model.ts";

interface QueueSettingsProps {
  queue: QueueItem;
  open: boolean;
  onClose: () => void;
}

/** How many jobs of a queue may run, and how many may wait before somebody must know. */
export function QueueSettings({ queue, open, onClose }: QueueSettingsProps) {
  return (
    <Dialog open={open} onOpenChange={(next) => !next && onClose()} title={`Limits of queue ${queue.id}`}>
      <SettingsForm queue={queue} onClose={onClose} />
    </Dialog>
  );
}

const textOf = (bound: number | null): string => (bound === null ? "" : String(bound));

function SettingsForm({ queue, onClose }: Omit<QueueSettingsProps, "open">) {
  const [running, setRunning] = useState(textOf(queue.concurrency));
  const [waiting, setWaiting] = useState(textOf(queue.capacity));
  const concurrency = parseBound(running, 1);
  const capacity = parseBound(waiting, 0);
  const save = useCommand(
    (bounds: { concurrency: number | null; capacity: number | null }) =>
      api.post<QueueRow>(queueHref(queue.id), bounds),
    { optimistic: (bounds) => [{ ...queue, ...bounds }], failure: "The limits were not set" },
  );
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if ("fault" in concurrency || "fault" in capacity) return;
    const bounds = { concurrency: concurrency.value, capacity: capacity.value };
    if ((await save.run(bounds)) !== undefined) onClose();
  };
  return (
    <form onSubmit={submit} className="mt-3 space-y-3">
      <BoundField
        label="Jobs that may run at once"
        hint={`${queue.running} run now. When the limit is below that, they go on and no other starts.`}
        value={running}
        onChange={setRunning}
        fault={"fault" in concurrency ? concurrency.fault : null}
      />
      <BoundField
        label="Jobs that may wait"
        hint={`${queue.depth - queue.later} wait now. Above the limit the queue is shown as over capacity; nothing is refused.`}
        value={waiting}
        onChange={setWaiting}
        fault={"fault" in capacity ? capacity.fault : null}
      />
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Keep as is</Button>
        <Button
          type="submit"
          variant="primary"
          busy={save.pending}
          disabled={"fault" in concurrency || "fault" in capacity}
        >
          Set limits
        </Button>
      </div>
    </form>
  );
}

interface BoundFieldProps {
  label: string;
  hint: string;
  value: string;
  onChange: (value: string) => void;
  fault: string | null;
}

function BoundField({ label, hint, value, onChange, fault }: BoundFieldProps) {
  const [field, help] = [useId(), useId()];
  return (
    <div>
      <label htmlFor={field} className="mb-1 block text-[12px] font-medium text-muted">
        {label}
      </label>
      <Input
        id={field}
        inputMode="numeric"
        placeholder="No limit"
        value={value}
        onChange={(event) => onChange(event.target.value)}
        aria-invalid={fault !== null}
        aria-describedby={help}
        className="w-40"
      />
      <p id={help} className={fault === null ? "mt-1 text-[12px] text-muted" : "mt-1 text-[12px] text-danger"}>
        {fault ?? hint}
      </p>
    </div>
  );
}
