"use client";

import { ChevronLeft } from "lucide-react";
import Link from "next/link";
import { useMemo } from "react";
import { QueueHints } from "../runs/hints.tsx";
import { Card, Stat } from "../ui/card.tsx";
import { formatCount } from "../ui/format.ts";
import { PageHeader } from "../ui/page-header.tsx";
import { Duration } from "../ui/time.tsx";
import { useTitle } from "../ui/use-title.ts";
import { DeadLetters } from "./dead-letters.tsx";
import { DepthChart } from "./depth-chart.tsx";
import { QueueActions } from "./queue-actions.tsx";
import { type DeadLetterPage, type QueueItem, queueLook } from "./queue-model.ts";
import { QueueState } from "./queue-parts.tsx";
import { Drain } from "./queues-screen.tsx";
import { useQueues } from "./use-queues.ts";

interface QueueScreenProps {
  initial: QueueItem;
  deadLetters: DeadLetterPage;
}

/** One queue: its figures, depth, limits and dead letters. */
export function QueueScreen({ initial, deadLetters }: QueueScreenProps) {
  const first = useMemo(() => [initial], [initial]);
  const [queue = initial] = useQueues(first, initial.id);
  useTitle(`Queue ${queue.id}: ${queueLook(queue).label.toLowerCase()}`);
  return (
    <>
      <Link href="/queues" className="mb-1 inline-flex w-fit items-center gap-0.5 text-small text-muted hover:text-ink">
        <ChevronLeft aria-hidden className="size-3.5" /> Queues
      </Link>
      <PageHeader
        title={queue.id}
        badge={<QueueState queue={queue} />}
        description={queue.paused && queue.pauseReason ? `Paused: ${queue.pauseReason}` : undefined}
        actions={<QueueActions queue={queue} />}
      />
      <div className="mb-3 grid grid-cols-2 gap-x-4 gap-y-3 rounded-lg border border-line bg-surface p-3.5 sm:grid-cols-3 xl:grid-cols-6">
        <Stat
          label="Waiting"
          value={formatCount(queue.depth - queue.later)}
          hint={`${queue.later > 0 ? `${formatCount(queue.later)} more scheduled, ` : ""}${queue.capacity === null ? "no limit" : `${formatCount(queue.capacity)} may wait`}`}
        />
        <Stat
          label="Running"
          value={formatCount(queue.running)}
          hint={queue.concurrency === null ? "no limit" : `${formatCount(queue.concurrency)} may run at once`}
        />
        <Stat label="Oldest waits" value={<Duration from={queue.oldestQueuedAt} />} hint="of the jobs that are due" />
        <Stat label="Drained in" value={<Drain queue={queue} />} hint="at the recent rate" />
        <Stat label="Jobs ended per minute" value={queue.throughputPerMinute} hint="over the last ten" />
        <Stat label="Dead letters" value={formatCount(queue.deadLetters)} hint="failed or timed out permanently" />
      </div>
      <QueueHints queue={queue.id} seq={queue.seq} />
      <Card title="Queued, including scheduled, last hour" className="mb-3">
        <DepthChart queue={queue.id} />
      </Card>
      <DeadLetters queue={queue} initial={deadLetters} />
    </>
  );
}
