"use client";

import { Layers } from "lucide-react";
import Link from "next/link";
import { memo } from "react";
import { queueHref } from "../../domain/kernel/links.ts";
import { MoreRows, useFirstRows } from "../lists/first-rows.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { formatCount, formatDuration, formatPlural } from "../ui/format.ts";
import { PageHeader } from "../ui/page-header.tsx";
import { Table, TableBody, TableHead, TableRow, Td, Th } from "../ui/table.tsx";
import { TableCard } from "../ui/table-card.tsx";
import { Duration } from "../ui/time.tsx";
import { useTitle } from "../ui/use-title.ts";
import { QueueActions } from "./queue-actions.tsx";
import type { QueueItem } from "./queue-model.ts";
import { DepthLine, QueueState, Slots } from "./queue-parts.tsx";
import { useQueues } from "./use-queues.ts";

const ENQUEUE = `curl -X POST $URL/api/v1/commits -H "authorization: Bearer $KEY" -H "content-type: application/json" \\
  -d '{"mutations":[{"type":"run.create","runId":"hello","workflow":"hello"},
    {"type":"job.enqueue","runId":"hello","jobId":"hello.1","queue":"builds","step":"build"}]}'`;

interface QueuesScreenProps {
  initial: readonly QueueItem[];
  /** Whether there are more queues than these. */
  cut: boolean;
}

/** Every queue: depth, ages, rates and dead letters; with pause and resume. */
export function QueuesScreen({ initial, cut }: QueuesScreenProps) {
  const queues = useQueues(initial);
  const { first, rest, more } = useFirstRows(queues);
  const paused = queues.filter((queue) => queue.paused).length;
  const depth = queues.reduce((sum, queue) => sum + queue.depth - queue.later, 0);
  useTitle(paused > 0 ? `Queues (${paused} paused)` : "Queues");
  if (queues.length === 0) {
    return (
      <>
        <PageHeader title="Queues" />
        <EmptyState icon={<Layers />} title="No queues yet" command={ENQUEUE}>
          A queue is created by its first job, named by the job's <code>queue</code>. Here it can be paused, bounded,
          and what died in it tried again.
        </EmptyState>
      </>
    );
  }
  return (
    <>
      <PageHeader
        title="Queues"
        badge={
          <span className="text-small text-muted tabular-nums">
            {queues.length}
            {cut && "+"} · {formatPlural(depth, "job")} waiting
            {paused > 0 && ` · ${paused} paused`}
          </span>
        }
      />
      <TableCard>
        <Table aria-label="Queues">
          <TableHead>
            <tr>
              <Th>Queue</Th>
              <Th>State</Th>
              <Th className="text-right">Waiting</Th>
              <Th className="hidden lg:table-cell">Last hour</Th>
              <Th className="text-right">Running</Th>
              <Th className="hidden text-right md:table-cell">Oldest waits</Th>
              <Th className="hidden text-right md:table-cell">Drained in</Th>
              <Th className="hidden text-right xl:table-cell">Jobs ended per minute</Th>
              <Th className="hidden text-right sm:table-cell">Dead letters</Th>
              <Th className="hidden sm:table-cell">
                <span className="sr-only">Actions</span>
              </Th>
            </tr>
          </TableHead>
          <TableBody>
            {first.map((queue) => (
              <QueueLine key={queue.id} queue={queue} />
            ))}
          </TableBody>
        </Table>
        <MoreRows
          rest={rest}
          more={more}
          beyond={cut && "There are more queues. This page has the first by name, and those that change."}
        />
      </TableCard>
    </>
  );
}

const QueueLine = memo(function QueueLine({ queue }: { queue: QueueItem }) {
  return (
    <TableRow aria-busy={queue.pending || undefined}>
      <Td className="max-w-72">
        <Link href={queueHref(queue.id)} className="block truncate font-medium hover:underline" title={queue.id}>
          {queue.id}
        </Link>
      </Td>
      <Td>
        <QueueState queue={queue} />
      </Td>
      <Td numeric>
        {formatCount(queue.depth - queue.later)}
        {queue.later > 0 && <span className="text-muted"> +{formatCount(queue.later)} later</span>}
        {queue.capacity !== null && <span className="text-muted"> / {formatCount(queue.capacity)}</span>}
      </Td>
      <Td className="hidden lg:table-cell">
        <DepthLine queue={queue.id} />
      </Td>
      <Td numeric>
        <Slots queue={queue} />
      </Td>
      <Td numeric className="hidden md:table-cell">
        <Duration from={queue.oldestQueuedAt} />
      </Td>
      <Td numeric className="hidden md:table-cell">
        <Drain queue={queue} />
      </Td>
      <Td numeric className="hidden text-muted xl:table-cell">
        {queue.throughputPerMinute}
      </Td>
      <Td numeric className="hidden sm:table-cell">
        {queue.deadLetters > 0 ? (
          <Link href={queueHref(queue.id)} className="link font-medium">
            {formatCount(queue.deadLetters)}
          </Link>
        ) : (
          <span className="text-muted">0</span>
        )}
      </Td>
      <Td className="hidden w-px text-right whitespace-nowrap sm:table-cell">
        <QueueActions queue={queue} short />
      </Td>
    </TableRow>
  );
});

/** The estimated time until the queue is drained, or why there is none. */
export function Drain({ queue }: { queue: QueueItem }) {
  if (queue.depth === queue.later) return <span className="text-faint">–</span>;
  if (queue.drainEstimateMs !== null) return <span>~{formatDuration(queue.drainEstimateMs)}</span>;
  const [word, why] = queue.paused
    ? ["paused", "A paused queue is not drained"]
    : ["unknown", "No job of this queue has ended in the last ten minutes"];
  return (
    <span className="text-muted" title={why}>
      {word}
    </span>
  );
}
