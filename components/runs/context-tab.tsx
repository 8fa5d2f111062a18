"use client";

import type { ReactNode } from "react";
import type { Json } from "../../domain/primitives.ts";
import type { Wire } from "../../domain/wire.ts";
import { Card } from "../ui/card.tsx";
import { formatDuration } from "../ui/format.ts";
import { Fact, Facts } from "./attempt-view.tsx";
import { CopyButton } from "./copy-button.tsx";
import { JsonTree } from "./json-tree.tsx";

/** What the run was created with and what it has gathered since. */
export function RunContext({ run }: { run: Wire<"run"> }) {
  return (
    <div className="grid gap-3 lg:grid-cols-2">
      <JsonCard title="Context" value={run.context} none="Nothing was put into the context." />
      <JsonCard title="Definition" value={run.definition} none="The run was created without a definition." />
      <JsonCard title="Metadata" value={run.metadata} none="No metadata." />
      <Card title="Execution">
        <Facts>
          <Fact name="Completion">
            {run.completion === "auto" ? "by itself, when all its jobs have ended" : "by its orchestrator"}
          </Fact>
          <Fact name="Timeout">{run.timeoutMs === null ? "none" : formatDuration(run.timeoutMs)}</Fact>
          <Fact name="Version">{run.version}</Fact>
          <Fact name="Last changed at position">{run.seq}</Fact>
          {run.reason && <Fact name="Reason">{run.reason}</Fact>}
        </Facts>
      </Card>
    </div>
  );
}

function JsonCard({ title, value, none }: { title: string; value: Json; none: string }): ReactNode {
  const isEmpty = value === null || (typeof value === "object" && Object.keys(value).length === 0);
  return (
    <Card
      title={title}
      actions={
        !isEmpty && <CopyButton label={`Copy the ${title.toLowerCase()}`} text={() => JSON.stringify(value, null, 2)} />
      }
    >
      {isEmpty ? <p className="text-[13px] text-muted">{none}</p> : <JsonTree value={value} />}
    </Card>
  );
}
