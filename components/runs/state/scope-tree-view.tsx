"use client";

import { Box, ChevronRight, CircleSlash, Milestone } from "lucide-react";
import { type ReactNode, useState } from "react";
import { jsonBeginning } from "../../../domain/kernel/text.ts";
import type { Wire } from "../../../domain/kernel/wire.ts";
import { StatusIcon } from "../../ui/badge.tsx";
import { cn } from "../../ui/cn.ts";
import { JsonTree } from "../../ui/json-tree.tsx";
import { jobLabel } from "../timeline/engine/model.ts";
import type { ScopeNode, ScopeTree, TokenEntry } from "./scope-tree.ts";

interface ScopeTreeViewProps {
  tree: ScopeTree;
  /** The jobs that work for each token. */
  jobs: ReadonlyMap<string, readonly Wire<"job">[]>;
  onSelectJob: ((jobId: string) => void) | undefined;
}

/** Entries of a list shown at first, and added with each click. */
const STEP = 100;

/** Scopes with the tokens in them; cancelled ones are struck through. */
export function ScopeTreeView({ tree, ...rest }: ScopeTreeViewProps) {
  return (
    <ul className="text-body">
      <Entries holder={tree} {...rest} />
    </ul>
  );
}

type Rest = Omit<ScopeTreeViewProps, "tree">;

function Entries({ holder, ...rest }: Rest & { holder: ScopeTree | ScopeNode }) {
  const [shown, setShown] = useState(STEP);
  const entries: { id: string; item: ReactNode }[] = [
    ...holder.scopes.map((node) => ({ id: `s ${node.id}`, item: <ScopeItem node={node} {...rest} /> })),
    ...holder.tokens.map((entry) => ({ id: `t ${entry.id}`, item: <TokenItem entry={entry} {...rest} /> })),
  ];
  return (
    <>
      {entries.slice(0, shown).map(({ id, item }) => (
        <li key={id}>{item}</li>
      ))}
      {entries.length > shown && (
        <li>
          <button type="button" className="link pl-5" onClick={() => setShown(shown + STEP)}>
            {entries.length - shown} more
          </button>
        </li>
      )}
    </>
  );
}

function ScopeItem({ node, ...rest }: Rest & { node: ScopeNode }) {
  const [open, setOpen] = useState(true);
  const inside = node.scopes.length + node.tokens.length;
  const gone = node.scope.status === "cancelled";
  return (
    <>
      <button
        type="button"
        aria-expanded={inside > 0 ? open : undefined}
        onClick={() => setOpen(!open)}
        className="flex min-h-7 w-full items-center gap-1.5 rounded px-0.5 text-left hover:bg-hover"
      >
        <ChevronRight
          aria-hidden
          className={cn(
            "size-3.5 shrink-0 text-faint transition-transform",
            open && "rotate-90",
            !inside && "opacity-0",
          )}
        />
        <Box aria-hidden className="size-3.5 shrink-0 text-muted" />
        <Name id={node.id} gone={gone} />
        <span className="text-small text-muted">scope</span>
        {gone && <Cancelled />}
      </button>
      {open && inside > 0 && (
        <ul className="ml-2 border-l border-line pl-3">
          <Entries holder={node} {...rest} />
        </ul>
      )}
    </>
  );
}

/** How much of a token's value is shown in its line, characters. */
const LONGEST_VALUE = 200;

function TokenItem({ entry: { id, token }, jobs, onSelectJob }: Rest & { entry: TokenEntry }) {
  const [open, setOpen] = useState(false);
  const gone = token.status === "cancelled";
  const hasMore = typeof token.value === "object" && token.value !== null;
  return (
    <div className="rounded px-0.5 hover:bg-hover">
      <div className="flex min-h-7 flex-wrap items-center gap-x-1.5">
        {hasMore ? (
          <button
            type="button"
            aria-expanded={open}
            aria-label={`Value of token ${id}`}
            onClick={() => setOpen(!open)}
            className="rounded hover:bg-inset"
          >
            <ChevronRight aria-hidden className={cn("size-3.5 text-faint transition-transform", open && "rotate-90")} />
          </button>
        ) : (
          <span className="size-3.5" />
        )}
        <Milestone aria-hidden className="size-3.5 shrink-0 text-muted" />
        <Name id={id} gone={gone} />
        {gone ? <Cancelled /> : <span className="rounded bg-inset px-1 text-small text-muted">{token.status}</span>}
        {!hasMore && token.value !== null && (
          <code className="max-w-full truncate font-mono text-small text-muted">
            {jsonBeginning(token.value, LONGEST_VALUE)}
          </code>
        )}
        {(jobs.get(id) ?? []).slice(0, 5).map((job) => (
          <button
            key={job.jobId}
            type="button"
            disabled={!onSelectJob}
            onClick={() => onSelectJob?.(job.jobId)}
            className="flex items-center gap-1 rounded border border-line px-1 text-small enabled:hover:bg-inset"
          >
            <StatusIcon kind="job" status={job.status} still /> {jobLabel(job)}
          </button>
        ))}
      </div>
      {open && hasMore && <JsonTree value={token.value} sorted className="pb-1 pl-9" />}
    </div>
  );
}

const Name = ({ id, gone }: { id: string; gone: boolean }) => (
  <span className={cn("min-w-0 font-mono text-small break-all", gone && "text-muted line-through")}>{id}</span>
);

const Cancelled = () => (
  <span className="inline-flex items-center gap-1 text-small text-status-cancelled">
    <CircleSlash aria-hidden className="size-3" /> cancelled
  </span>
);
