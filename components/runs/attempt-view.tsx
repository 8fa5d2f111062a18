"use client";

import { ChevronRight } from "lucide-react";
import Link from "next/link";
import { useId } from "react";
import type { LogEvent } from "../../domain/kernel/event.ts";
import { agentHref } from "../../domain/kernel/links.ts";
import type { Wire } from "../../domain/kernel/wire.ts";
import { StatusBadge } from "../ui/badge.tsx";
import { cn } from "../ui/cn.ts";
import { Fact, Facts } from "../ui/fact.tsx";
import { JsonTree } from "../ui/json-tree.tsx";
import { splitResult } from "../ui/output.ts";
import { Duration, RelativeTime } from "../ui/time.tsx";
import { JobOutput } from "./job-output.tsx";

interface AttemptViewProps {
  attempt: Wire<"attempt">;
  trial: boolean;
  open: boolean;
  onToggle: () => void;
  events: readonly LogEvent[];
}

/** One attempt: a line, expanded all its details. */
export function AttemptView({ attempt, trial, open, onToggle, events }: AttemptViewProps) {
  const body = useId();
  return (
    <li className="border-b border-line last:border-b-0">
      <button
        type="button"
        aria-expanded={open}
        aria-controls={open ? body : undefined}
        onClick={onToggle}
        className="flex h-9 w-full items-center gap-2 px-3 text-left text-body hover:bg-hover"
      >
        <ChevronRight
          aria-hidden
          className={cn("size-3.5 shrink-0 text-faint transition-transform", open && "rotate-90")}
        />
        <span className="font-medium">Attempt {attempt.number}</span>
        <StatusBadge kind="attempt" status={attempt.status} />
        {trial && (
          <span
            className="rounded border border-dashed border-status-blocked px-1 text-micro text-status-blocked"
            title="Let through by a half-open breaker to try the agent out"
          >
            trial
          </span>
        )}
        <span className="ml-auto flex items-center gap-2 text-small text-muted">
          {attempt.exitCode !== null && <span className="font-mono">exit {attempt.exitCode}</span>}
          <RunTime attempt={attempt} />
        </span>
      </button>
      {open && <AttemptBody id={body} attempt={attempt} events={events} />}
    </li>
  );
}

function AttemptBody({ id, attempt, events }: { id: string; attempt: Wire<"attempt">; events: readonly LogEvent[] }) {
  const { rest } = splitResult(attempt.result);
  return (
    <div id={id} className="space-y-2.5 px-3 pt-1 pb-3">
      <Facts>
        <Fact name="Agent">
          <Link className="link" href={agentHref(attempt.agentKey)}>
            {attempt.agentKey}
          </Link>
        </Fact>
        <Fact name="In the queue">
          <Duration from={attempt.queuedAt} to={attempt.startedAt} />
        </Fact>
        <Fact name="Ran">
          <RunTime attempt={attempt} />
        </Fact>
        <Fact name="Started">
          <RelativeTime at={attempt.startedAt} />
        </Fact>
        {attempt.exitCode !== null && <Fact name="Exit code">{attempt.exitCode}</Fact>}
      </Facts>
      {attempt.error && (
        <p
          role="note"
          aria-label="Error"
          className="rounded-md bg-danger-soft px-2.5 py-1.5 text-body break-words whitespace-pre-wrap text-danger"
        >
          {attempt.error.message}
          {attempt.error.code && <span className="ml-1.5 font-mono text-small">{attempt.error.code}</span>}
        </p>
      )}
      <JobOutput key={attempt.attemptId} attempt={attempt} events={events} />
      {rest !== null && (
        <div>
          <h4 className="mb-1 text-small font-medium text-muted">Result</h4>
          <JsonTree value={rest} />
        </div>
      )}
    </div>
  );
}

function RunTime({ attempt }: { attempt: Wire<"attempt"> }) {
  return <Duration ms={attempt.durationMs} from={attempt.startedAt} to={attempt.finishedAt} />;
}
