"use client";

import { useVirtualizer } from "@tanstack/react-virtual";
import { FileDiff, TriangleAlert } from "lucide-react";
import { useMemo, useRef, useState } from "react";
import { GridCell, GridGroup, GridHead, GridRow, GridTable } from "../../lists/grid.tsx";
import { StatusIcon } from "../../ui/badge.tsx";
import { Card } from "../../ui/card.tsx";
import { cn } from "../../ui/cn.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { formatPlural } from "../../ui/format.ts";
import { Input } from "../../ui/input.tsx";
import type { TimelineModel } from "../timeline/engine/model.ts";
import { type FileTouch, filesTouched, findFiles, type TouchedFile } from "./files-model.ts";

const ROW = 32;
const COLUMNS = "grid-cols-[minmax(12rem,1.2fr)_minmax(14rem,1fr)]";

interface FilesProps {
  model: TimelineModel;
  onOpen: (jobId: string) => void;
}

/** The files that the run's attempts touched, and which jobs did; conflicts first. */
export function Files({ model, onOpen }: FilesProps) {
  const files = useMemo(() => filesTouched(model), [model]);
  const [text, setText] = useState("");
  const [conflicts, setConflicts] = useState(false);
  const shown = useMemo(() => findFiles(files, text, conflicts), [files, text, conflicts]);
  const inConflict = files.filter((file) => file.conflict).length;
  return (
    <Card
      flush
      title="Files touched"
      actions={
        files.length > 0 && (
          <>
            {inConflict > 0 && (
              <label className="flex items-center gap-1.5 text-status-blocked">
                <input
                  type="checkbox"
                  checked={conflicts}
                  onChange={(event) => setConflicts(event.target.checked)}
                  className="accent-accent"
                />
                {formatPlural(inConflict, "conflict")}
              </label>
            )}
            <span className="tabular-nums">{formatPlural(files.length, "file")}</span>
            <Input
              type="search"
              aria-label="Find files"
              placeholder="Part of a path"
              value={text}
              onChange={(event) => setText(event.target.value)}
              className="h-7! w-32 sm:w-44"
            />
          </>
        )
      }
    >
      {files.length === 0 ? <HowToReport /> : <FileTable files={shown} onOpen={onOpen} />}
    </Card>
  );
}

function HowToReport() {
  return (
    <EmptyState
      icon={<FileDiff />}
      title="No attempt has reported the files it touched"
      command={`POST /api/v1/jobs/{id}/complete {"leaseToken": "…", "result": {"files": [{"path": "src/app.ts", "status": "modified"}]}}`}
      className="py-6"
    >
      The worker's git and agent adapters report them automatically. Other workers name them in their results, as{" "}
      <code>files</code>. A file that two workstreams touch is marked here.
    </EmptyState>
  );
}

function FileTable({ files, onOpen }: { files: readonly TouchedFile[]; onOpen: (jobId: string) => void }) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: files.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    getItemKey: (index) => files[index]?.path ?? index,
    overscan: 10,
    initialRect: { width: 1000, height: 400 },
  });
  if (files.length === 0) return <EmptyState title="No file matches" className="py-6" />;
  return (
    <GridTable
      ref={scroller}
      aria-label="Files touched"
      aria-rowcount={files.length + 1}
      className="relative max-h-96 overflow-auto"
    >
      <div className="min-w-[30rem]">
        <GridRow
          aria-rowindex={1}
          className={cn(
            "sticky top-0 z-[1] grid h-7 items-center gap-x-3 border-b border-line bg-surface px-3 text-small font-medium text-muted",
            COLUMNS,
          )}
        >
          <GridHead>File</GridHead>
          <GridHead>Touched by</GridHead>
        </GridRow>
        <GridGroup className="relative" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const file = files[index];
            if (!file) return null;
            return (
              <GridRow
                key={file.path}
                aria-rowindex={index + 2}
                className={cn(
                  "absolute inset-x-0 grid items-center gap-x-3 border-b border-line/60 px-3 text-body",
                  COLUMNS,
                  file.conflict && "bg-[color-mix(in_oklab,var(--status-blocked)_8%,transparent)]",
                )}
                style={{ height: ROW, transform: `translateY(${start}px)` }}
              >
                <GridCell className="flex min-w-0 items-center gap-1.5" title={file.path}>
                  {file.conflict && (
                    <TriangleAlert
                      role="img"
                      aria-label="Touched by more than one workstream"
                      className="size-3.5 shrink-0 text-status-blocked"
                    />
                  )}
                  <Path path={file.path} />
                </GridCell>
                <GridCell className="flex min-w-0 items-center gap-1.5 overflow-hidden">
                  {file.touches.map((touch) => (
                    <Touch key={touch.jobId} touch={touch} onOpen={onOpen} />
                  ))}
                </GridCell>
              </GridRow>
            );
          })}
        </GridGroup>
      </div>
    </GridTable>
  );
}

/** When space is short, the folders are cut and the name stays. */
function Path({ path }: { path: string }) {
  const cut = path.lastIndexOf("/") + 1;
  return (
    <span className="flex min-w-0 font-mono text-small">
      <span className="min-w-0 truncate text-muted">{path.slice(0, cut)}</span>
      <span className="shrink-0">{path.slice(cut)}</span>
    </span>
  );
}

function Touch({ touch, onOpen }: { touch: FileTouch; onOpen: (jobId: string) => void }) {
  return (
    <button
      type="button"
      title={`${touch.workstream}: ${touch.job}${touch.status ? `, ${touch.status}` : ""}`}
      onClick={() => onOpen(touch.jobId)}
      className="flex h-6 min-w-0 shrink-0 items-center gap-1 rounded border border-line bg-surface px-1.5 text-small hover:bg-hover"
    >
      <StatusIcon kind="job" status={touch.jobStatus} still />
      <span className="max-w-32 truncate">{touch.workstream}</span>
      <span className="max-w-24 truncate text-muted">{touch.job}</span>
      {touch.status && <span className="text-muted">· {touch.status}</span>}
    </button>
  );
}
