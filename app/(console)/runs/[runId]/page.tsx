import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { runTitle } from "../../../../components/runs/run-facts.ts";
import { RunView } from "../../../../components/runs/run-view.tsx";
import { eventEndpoints } from "../../../../domain/commit/endpoints.ts";
import { runEndpoints } from "../../../../domain/execution/endpoints.ts";
import { pathTo } from "../../../../domain/kernel/endpoint.ts";
import { id } from "../../../../domain/kernel/primitives.ts";
import { titleText } from "../../../../domain/kernel/visible.ts";
import { serverGet } from "../../../server-fetch.ts";

/** How many of the run's latest events come with the page. */
const EVENTS = 200;

interface Props {
  params: Promise<{ runId: string }>;
  searchParams: Promise<{ job?: string | string[] }>;
}

export async function generateMetadata(props: Props): Promise<Metadata> {
  const run = await serverGet(pathTo(runEndpoints.one, { id: await runIdOf(props), large: "omit" }));
  return { title: titleText(runTitle(run)) };
}

export default async function Page(props: Props) {
  const runId = await runIdOf(props);
  const job = id.safeParse((await props.searchParams).job);
  const asked = { id: runId, large: "omit", ...(job.success && { job: job.data }) } as const;
  const timeline = await serverGet(pathTo(runEndpoints.timeline, asked));
  // After the timeline, so that there is no position between the two that neither has.
  const newest = { id: runId, order: "desc", limit: EVENTS, large: "omit" } as const;
  const { items } = await serverGet(pathTo(eventEndpoints.ofRun, newest));
  return (
    <RunView key={timeline.run.runId} runId={timeline.run.runId} initial={{ ...timeline, events: items.reverse() }} />
  );
}

async function runIdOf({ params }: Props): Promise<string> {
  const runId = id.safeParse(decodeURIComponent((await params).runId));
  if (!runId.success) notFound();
  return runId.data;
}
