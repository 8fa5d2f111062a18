import type { Metadata } from "next";
import { notFound } from "next/navigation";
import type { Timeline } from "../../../../components/live/use-run-live.ts";
import { runTitle } from "../../../../components/runs/run-facts.ts";
import { RunView } from "../../../../components/runs/run-view.tsx";
import type { LogEvent } from "../../../../domain/kernel/event.ts";
import { runHref } from "../../../../domain/kernel/links.ts";
import { id } from "../../../../domain/kernel/primitives.ts";
import { titleText } from "../../../../domain/kernel/visible.ts";
import type { Wire } from "../../../../domain/kernel/wire.ts";
import { serverGet } from "../../../server-fetch.ts";

/** How many of the run's latest events come with the page. */
const EVENTS = 200;

interface Props {
  params: Promise<{ runId: string }>;
  searchParams: Promise<{ job?: string | string[] }>;
}

export async function generateMetadata(props: Props): Promise<Metadata> {
  const run = await serverGet<Wire<"run">>(`${await pathOf(props)}?large=omit`);
  return { title: titleText(runTitle(run)) };
}

export default async function Page(props: Props) {
  const path = await pathOf(props);
  const job = id.safeParse((await props.searchParams).job);
  const linked = job.success ? `&job=${encodeURIComponent(job.data)}` : "";
  const timeline = await serverGet<Timeline>(`${path}/timeline?large=omit${linked}`);
  // After the timeline, so that there is no position between the two that neither has.
  const { items } = await serverGet<{ items: LogEvent[] }>(`${path}/events?order=desc&limit=${EVENTS}&large=omit`);
  return (
    <RunView key={timeline.run.runId} runId={timeline.run.runId} initial={{ ...timeline, events: items.reverse() }} />
  );
}

async function pathOf({ params }: Props): Promise<string> {
  const runId = id.safeParse(decodeURIComponent((await params).runId));
  if (!runId.success) notFound();
  return runHref(runId.data);
}
