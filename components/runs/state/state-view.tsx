"use client";

import { type ReactNode, useContext, useMemo } from "react";
import { jsonBytes } from "../../../domain/kernel/json-bytes.ts";
import type { Json } from "../../../domain/kernel/primitives.ts";
import type { Wire } from "../../../domain/kernel/wire.ts";
import { Card } from "../../ui/card.tsx";
import { CopyButton } from "../../ui/copy-button.tsx";
import { Fact, Facts } from "../../ui/fact.tsx";
import { formatBytes, formatCount, formatDuration } from "../../ui/format.ts";
import { JsonTree } from "../../ui/json-tree.tsx";
import { PastPosition } from "../replay/past.ts";
import { scopeTree } from "./scope-tree.ts";
import { ScopeTreeView } from "./scope-tree-view.tsx";

interface StateViewProps {
  run: Wire<"run">;
  jobs: readonly Wire<"job">[];
  onSelectJob?: (jobId: string) => void;
}

/**
 * A run's execution state: context, tokens in their scopes, metadata, and what it was created with.
 */
export function StateView({ run, jobs, onSelectJob }: StateViewProps) {
  return (
    <div className="grid items-start gap-3 lg:grid-cols-2">
      <div className="grid min-w-0 gap-3">
        <JsonCard title="Context" value={run.context} none="The context is empty.">
          An orchestrator puts values there with <code>context.set</code> and <code>context.merge</code>.
        </JsonCard>
        <JsonCard title="Metadata" value={run.metadata} none="No metadata." />
      </div>
      <div className="grid min-w-0 gap-3">
        <TokensCard run={run} jobs={jobs} onSelectJob={onSelectJob} />
        <Execution run={run} />
        <JsonCard title="Definition" value={run.definition} none="The run was created without a definition." />
      </div>
    </div>
  );
}

function TokensCard({
  run,
  jobs,
  onSelectJob,
}: StateViewProps & { onSelectJob: StateViewProps["onSelectJob"] | undefined }) {
  const { tokens, scopes } = run;
  const tree = useMemo(() => scopeTree(tokens, scopes), [tokens, scopes]);
  const byToken = useMemo(() => {
    const found = new Map<string, Wire<"job">[]>();
    for (const job of jobs) if (job.tokenId) found.set(job.tokenId, [...(found.get(job.tokenId) ?? []), job]);
    return found;
  }, [jobs]);
  const isEmpty = tree.scopes.length + tree.tokens.length === 0;
  return (
    <Card title="Tokens and scopes" actions={!isEmpty && <TokenCount run={run} />}>
      {isEmpty ? (
        <p className="text-body text-muted">
          The run has no tokens. They are its threads of execution: <code>token.add</code> makes one,{" "}
          <code>scope.enter</code> a scope that several can be cancelled by at once.
        </p>
      ) : (
        <ScopeTreeView tree={tree} jobs={byToken} onSelectJob={onSelectJob} />
      )}
    </Card>
  );
}

function TokenCount({ run }: { run: Wire<"run"> }) {
  const all = Object.values(run.tokens);
  const gone = all.filter((token) => token.status === "cancelled").length;
  return (
    <span className="tabular-nums">
      {formatCount(all.length)} {all.length === 1 ? "token" : "tokens"}
      {gone > 0 && `, ${formatCount(gone)} cancelled`}
    </span>
  );
}

function Execution({ run }: { run: Wire<"run"> }) {
  const isPast = useContext(PastPosition) !== null;
  return (
    <Card title="Execution">
      <Facts>
        {/* Live, they are shown above. */}
        {isPast && <Fact name="Version">{run.version}</Fact>}
        {isPast && <Fact name="Steps">{formatCount(run.stepCount)}</Fact>}
        <Fact name="Last changed at position">{run.seq}</Fact>
        <Fact name="Completion">
          {run.completion === "auto" ? "automatically, when all its jobs have ended" : "by its orchestrator"}
        </Fact>
        <Fact name="Timeout">{run.timeoutMs === null ? "none" : formatDuration(run.timeoutMs)}</Fact>
        {run.reason && <Fact name="Reason">{run.reason}</Fact>}
      </Facts>
    </Card>
  );
}

interface JsonCardProps {
  title: string;
  value: Json;
  /** Shown when it is empty. */
  none: string;
  children?: ReactNode;
}

function JsonCard({ title, value, none, children }: JsonCardProps) {
  const isEmpty = value === null || (typeof value === "object" && Object.keys(value).length === 0);
  return (
    <Card
      title={title}
      actions={
        !isEmpty && (
          <>
            <span className="tabular-nums">{formatBytes(jsonBytes(value))}</span>
            <CopyButton label={`Copy the ${title.toLowerCase()}`} text={() => JSON.stringify(value, null, 2)} />
          </>
        )
      }
    >
      {isEmpty ? (
        <p className="text-body text-muted">
          {none} {children}
        </p>
      ) : (
        <JsonTree value={value} sorted />
      )}
    </Card>
  );
}
