"use client";

import { Pause, Play, SlidersHorizontal } from "lucide-react";
import { useState } from "react";
import { withTheirs } from "../live/if-unmoved.ts";
import { useCommand } from "../live/use-command.ts";
import { Button, IconButton } from "../ui/button.tsx";
import { Changes } from "../ui/changes.tsx";
import { ConfirmDialog } from "../ui/dialog.tsx";
import { formatPlural } from "../ui/format.ts";
import { pauseQueue } from "./put-queue.ts";
import type { QueueItem, QueueRow } from "./queue-model.ts";
import { QueueSettings } from "./queue-settings.tsx";

/** Pause or resume a queue, and set its limits. `short` shows icons only, for a table row. */
export function QueueActions({ queue, short = false }: { queue: QueueItem; short?: boolean }) {
  const [asks, setAsks] = useState<"pause" | "settings" | null>(null);
  // The row when the dialog opened.
  const [seen, setSeen] = useState<QueueRow>(queue);
  const pause = useCommand(
    (reason: string) => withTheirs(pauseQueue(seen, { paused: true, ...(reason && { reason }) }), setSeen),
    {
      commits: (reason) => [[{ type: "queue.configure", queue: queue.id, paused: true, ...(reason && { reason }) }]],
      failure: "The queue could not be paused",
    },
  );
  const resume = useCommand(() => pauseQueue(queue, { paused: false }), {
    commits: () => [[{ type: "queue.configure", queue: queue.id, paused: false }]],
    failure: "The queue could not be resumed",
  });
  const ask = (what: "pause" | "settings") => {
    setSeen(queue);
    setAsks(what);
  };
  const waits = queue.pending === true || pause.pending || resume.pending;
  const toggle = queue.paused ? () => void resume.run() : () => ask("pause");
  const [label, Icon] = queue.paused ? ["Resume", Play] : ["Pause", Pause];
  const close = (open: boolean) => !open && setAsks(null);
  return (
    <span className="inline-flex gap-1.5">
      <Changes>
        {short ? (
          <>
            <IconButton size="sm" label={`${label} ${queue.id}`} disabled={waits} onClick={toggle}>
              <Icon aria-hidden className="size-3.5" />
            </IconButton>
            <IconButton size="sm" label={`Limits of ${queue.id}`} onClick={() => ask("settings")}>
              <SlidersHorizontal aria-hidden className="size-3.5" />
            </IconButton>
          </>
        ) : (
          <>
            <Button variant={queue.paused ? "primary" : "secondary"} busy={waits} onClick={toggle}>
              <Icon aria-hidden className="size-3.5" /> {label}
            </Button>
            <Button onClick={() => ask("settings")}>
              <SlidersHorizontal aria-hidden className="size-3.5" /> Limits…
            </Button>
          </>
        )}
      </Changes>
      <ConfirmDialog
        open={asks === "pause"}
        onOpenChange={close}
        title={`Pause queue ${queue.id}?`}
        description={`Workers get none of its jobs until it is resumed. ${formatPlural(queue.running, "job")} that ${queue.running === 1 ? "runs" : "run"} now will continue.`}
        confirm="Pause queue"
        reason="optional"
        onConfirm={async (reason) => (await pause.run(reason)) !== undefined}
      />
      <QueueSettings open={asks === "settings"} onClose={() => setAsks(null)} queue={queue} />
    </span>
  );
}
