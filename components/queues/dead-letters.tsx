"use client";

import { RotateCw } from "lucide-react";
import { useState } from "react";
import type { DeadLetterRetry } from "../../domain/execution/answers.ts";
import { Button } from "../ui/button.tsx";
import { Card } from "../ui/card.tsx";
import { Changes } from "../ui/changes.tsx";
import { ConfirmDialog } from "../ui/dialog.tsx";
import { ErrorState } from "../ui/empty-state.tsx";
import { formatPlural } from "../ui/format.ts";
import { Table, TableBody, TableHead, Th } from "../ui/table.tsx";
import { DeadLetterLine } from "./dead-letter-line.tsx";
import type { DeadLetterPage, QueueItem } from "./queue-model.ts";
import { useDeadLetters, useRetryDeadLetters } from "./use-dead-letters.ts";

interface DeadLettersProps {
  queue: QueueItem;
  initial: DeadLetterPage;
}

/** Jobs of a queue that failed or timed out permanently: the reason, and a retry. */
export function DeadLetters({ queue, initial }: DeadLettersProps) {
  const letters = useDeadLetters(queue.id, queue.deadLetters, initial);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [asksAll, setAsksAll] = useState(false);
  const [outcome, setOutcome] = useState<DeadLetterRetry | null>(null);
  const retry = useRetryDeadLetters(queue.id, (done) => {
    setOutcome(done);
    setChosen(new Set());
  });
  const shown = letters.items;
  const selected = shown.filter((job) => chosen.has(job.id)).map((job) => job.id);
  const toggle = (jobId: string) => {
    const next = new Set(chosen);
    if (!next.delete(jobId)) next.add(jobId);
    setChosen(next);
  };
  const all = shown.length > 0 && selected.length === shown.length;

  return (
    <Card
      title="Dead letters"
      flush
      actions={
        shown.length > 0 && (
          <Changes>
            {selected.length > 0 && (
              <Button size="sm" variant="primary" busy={retry.pending} onClick={() => void retry.run(selected)}>
                Retry selected ({selected.length})
              </Button>
            )}
            <Button size="sm" busy={retry.pending} onClick={() => setAsksAll(true)}>
              <RotateCw aria-hidden className="size-3" /> Retry all
            </Button>
          </Changes>
        )
      }
    >
      {outcome && outcome.skipped.length > 0 && <Skipped outcome={outcome} onClose={() => setOutcome(null)} />}
      {letters.isError ? (
        <ErrorState detail={letters.error.message} onRetry={() => void letters.refetch()} />
      ) : shown.length === 0 ? (
        <p className="p-3.5 text-body text-muted">
          None. Jobs whose last attempt failed or timed out are listed here, and can be queued again.
        </p>
      ) : (
        <Table aria-label="Dead letters">
          <TableHead>
            <tr>
              <Th className="w-px pr-0">
                <input
                  type="checkbox"
                  aria-label="Select all shown"
                  checked={all}
                  onChange={() => setChosen(new Set(all ? [] : shown.map((job) => job.id)))}
                  className="block size-4 accent-(--accent)"
                />
              </Th>
              <Th>Job</Th>
              <Th className="hidden sm:table-cell">Status</Th>
              <Th>Why</Th>
              <Th className="hidden lg:table-cell">Run</Th>
              <Th className="hidden text-right md:table-cell">Attempts</Th>
              <Th className="hidden text-right sm:table-cell">When</Th>
              <Th className="w-px">
                <span className="sr-only">Actions</span>
              </Th>
            </tr>
          </TableHead>
          <TableBody>
            {shown.map((job) => (
              <DeadLetterLine
                key={job.id}
                job={job}
                selected={chosen.has(job.id)}
                busy={retry.pending}
                onToggle={toggle}
                onRetry={(jobId) => void retry.run([jobId])}
              />
            ))}
          </TableBody>
        </Table>
      )}
      {letters.hasNextPage && (
        <div className="border-t border-line p-2.5">
          <Button size="sm" busy={letters.isFetchingNextPage} onClick={() => void letters.fetchNextPage()}>
            Load older
          </Button>
        </div>
      )}
      <ConfirmDialog
        open={asksAll}
        onOpenChange={setAsksAll}
        title={`Retry all dead letters of ${queue.id}?`}
        description={`${formatPlural(queue.deadLetters, "job")} will be queued again with all their attempts; runs that ended because of them are running again. Jobs of completed or cancelled runs stay.`}
        confirm="Retry all"
        onConfirm={async () => (await retry.run(null)) !== undefined}
      />
    </Card>
  );
}

function Skipped({ outcome, onClose }: { outcome: DeadLetterRetry; onClose: () => void }) {
  return (
    <div role="status" className="border-b border-line bg-inset px-3.5 py-2.5 text-small text-muted">
      <p className="flex flex-wrap items-center gap-2">
        <span className="font-medium text-ink">
          {formatPlural(outcome.retried, "job")} queued again, {formatPlural(outcome.skipped.length, "job")} left where{" "}
          {outcome.skipped.length === 1 ? "it was" : "they were"}
        </span>
        <Button size="sm" variant="ghost" onClick={onClose}>
          Hide
        </Button>
      </p>
      <ul className="mt-1 max-h-40 space-y-0.5 overflow-y-auto">
        {outcome.skipped.map(({ jobId, message }) => (
          <li key={jobId} className="break-words">
            {message}
          </li>
        ))}
      </ul>
    </div>
  );
}
