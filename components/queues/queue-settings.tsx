"use client";

import { type FormEvent, useId, useState } from "react";
import { useCommand } from "../live/use-command.ts";
import { Button } from "../ui/button.tsx";
import { Dialog } from "../ui/dialog.tsx";
import { Input } from "../ui/input.tsx";
import { Label } from "../ui/label.tsx";
import { MeanwhileNotice } from "../ui/meanwhile.tsx";
import { changesBetween } from "../ui/meanwhile-model.ts";
import { boundFacts, boundQueue } from "./put-queue.ts";
import { parseBound, type QueueItem, type QueueRow } from "./queue-model.ts";

interface QueueSettingsProps {
  queue: QueueItem;
  open: boolean;
  onClose: () => void;
}

/** How many jobs of a queue may run, and how many may wait before it counts as over capacity. */
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
  // The row when the form opened, or the newer one once the reader has seen the conflict.
  const [seen, setSeen] = useState<QueueRow>(queue);
  const [theirs, setTheirs] = useState<QueueRow | null>(null);
  const save = useCommand(boundQueue, {
    commits: (_seen, bounds) => [[{ type: "queue.configure", queue: queue.id, ...bounds }]],
    failure: "The limits could not be set",
  });
  const put = async (against: QueueRow) => {
    if ("fault" in concurrency || "fault" in capacity) return;
    setTheirs(null);
    const written = await save.run(against, { concurrency: concurrency.value, capacity: capacity.value });
    if (written && "theirs" in written) setTheirs(written.theirs);
    else if (written) onClose();
  };
  const loadTheirs = (row: QueueRow) => {
    setRunning(textOf(row.concurrency));
    setWaiting(textOf(row.capacity));
    setSeen(row);
    setTheirs(null);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    void put(seen);
  };
  return (
    <form onSubmit={submit} className="mt-3 space-y-3">
      <BoundField
        label="Jobs that may run at once"
        hint={`${queue.running} run now. When the limit is below that, they continue and no others start.`}
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
      {theirs && (
        <MeanwhileNotice
          thing="queue"
          removed={false}
          changes={changesBetween(boundFacts(seen), boundFacts(theirs))}
          busy={save.pending}
          onTheirs={() => loadTheirs(theirs)}
          onMine={() => void put(theirs)}
        />
      )}
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
      <Label htmlFor={field}>{label}</Label>
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
      <p id={help} className={fault === null ? "mt-1 text-small text-muted" : "mt-1 text-small text-danger"}>
        {fault ?? hint}
      </p>
    </div>
  );
}
