"use client";

import { Download, Upload } from "lucide-react";
import { type ChangeEvent, useState } from "react";
import { runEndpoints } from "../../../domain/execution/endpoints.ts";
import { toSnapshot } from "../../../domain/execution/state/snapshot.ts";
import { type GivenBody, pathTo } from "../../../domain/kernel/endpoint.ts";
import { isFinalRun } from "../../../domain/kernel/statuses.ts";
import type { Wire } from "../../../domain/kernel/wire.ts";
import { api } from "../../live/api.ts";
import { useCommand } from "../../live/use-command.ts";
import { Button } from "../../ui/button.tsx";
import { buttonClass } from "../../ui/button-class.ts";
import { Changes } from "../../ui/changes.tsx";
import { ConfirmDialog } from "../../ui/dialog.tsx";
import { formatPlural } from "../../ui/format.ts";

type Snapshot = GivenBody<typeof runEndpoints.restore>["snapshot"];

/** A snapshot as given; the server validates it. */
type Given = { [field: string]: unknown };

interface SnapshotActionsProps {
  run: Wire<"run">;
  /** The run at the position to restore, when one was chosen. */
  past: Wire<"run"> | null;
  onPast: (past: Wire<"run"> | null) => void;
}

/** Download the state as a snapshot; restore it from one, or from an earlier position. */
export function SnapshotActions({ run, past, onPast }: SnapshotActionsProps) {
  const [asks, setAsks] = useState(false);
  const [file, setFile] = useState<{ snapshot: Given } | { fault: string } | null>(null);
  const path = `/runs/${encodeURIComponent(run.runId)}`;
  const { run: restore } = useCommand(
    (snapshot: Given) => api.post(pathTo(runEndpoints.restore, { id: run.runId }), { snapshot: snapshot as Snapshot }),
    {
      success: "The state is restored",
      failure: "The state could not be restored",
    },
  );
  const ended = isFinalRun(run.status);
  const chosen = past ? ({ ...toSnapshot(past) } as Given) : file && "snapshot" in file ? file.snapshot : null;
  const close = () => {
    setAsks(false);
    setFile(null);
    onPast(null);
  };

  return (
    <>
      <a
        href={`/api/v1${path}/snapshot`}
        download={`${run.runId}.snapshot.json`}
        className={buttonClass("secondary", "md")}
      >
        <Download aria-hidden className="size-3.5" /> Snapshot
      </a>
      <Changes>
        <Button
          disabled={ended}
          title={ended ? "The run has ended: its state stays as it is" : undefined}
          onClick={() => setAsks(true)}
        >
          <Upload aria-hidden className="size-3.5" /> Restore…
        </Button>
      </Changes>
      <ConfirmDialog
        open={asks || past !== null}
        onOpenChange={(open) => !open && close()}
        title={past ? `Restore the state of position ${past.seq}?` : "Restore a snapshot?"}
        description="Context, tokens, scopes, step count and metadata are replaced by those of the snapshot. Status, jobs and workstreams stay as they are. The log keeps the previous state."
        confirm="Restore"
        onConfirm={async () => chosen !== null && (await restore(chosen)) !== undefined}
      >
        {!past && <SnapshotFile onFile={setFile} />}
        {file && "fault" in file && (
          <p role="alert" className="text-body text-danger">
            {file.fault}
          </p>
        )}
        {chosen && <p className="text-body text-muted">{contents(chosen)}</p>}
      </ConfirmDialog>
    </>
  );
}

function SnapshotFile({ onFile }: { onFile: (file: { snapshot: Given } | { fault: string } | null) => void }) {
  const read = async ({ target }: ChangeEvent<HTMLInputElement>) => {
    const [file] = target.files ?? [];
    if (!file) return onFile(null);
    try {
      const parsed: unknown = JSON.parse(await file.text());
      const isSnapshot = typeof parsed === "object" && parsed !== null && "schemaVersion" in parsed;
      onFile(isSnapshot ? { snapshot: parsed as Given } : { fault: "The file is JSON, but not a snapshot of a run." });
    } catch {
      onFile({ fault: "The file is not JSON." });
    }
  };
  return (
    <label className="block text-small font-medium text-muted">
      Snapshot file
      <input
        type="file"
        accept="application/json,.json"
        onChange={(event) => void read(event)}
        className="mt-1 block w-full text-body text-ink file:mr-3 file:h-8 file:rounded-md file:border file:border-line-strong file:bg-surface file:px-2.5 file:text-ink"
      />
    </label>
  );
}

/** A snapshot's contents, as far as they can be read before it is validated. */
function contents(snapshot: Given): string {
  const count = (value: unknown): number =>
    typeof value === "object" && value !== null ? Object.keys(value).length : 0;
  const parts = [
    `Of run ${snapshot.runId}, version ${snapshot.version}`,
    formatPlural(count(snapshot.context ?? snapshot.variables), "context value"),
    formatPlural(count(snapshot.tokens), "token"),
    formatPlural(count(snapshot.scopes), "scope"),
  ];
  return `${parts.join(" · ")}.`;
}
