import type { Metadata } from "next";
import type { Timeline } from "../../../components/live/use-run-live.ts";
import { RadarScreen } from "../../../components/runs/radar/radar-screen.tsx";
import { loadRadarUrl, radarPath } from "../../../components/runs/radar/radar-url.ts";
import type { RunPage } from "../../../components/runs/use-runs.ts";
import { serverGet } from "../../server-fetch.ts";

export const metadata: Metadata = { title: "Radar" };

interface Props {
  searchParams: Promise<{ [name: string]: string | string[] | undefined }>;
}

/** The grids of this many runs come with the page; the others are loaded by the browser. */
const WITH_ROWS = 4;

export default async function Page({ searchParams }: Props) {
  const filter = await loadRadarUrl(searchParams);
  const initial = await serverGet<RunPage>(radarPath(filter, null));
  const first = initial.items.slice(0, WITH_ROWS);
  const timelines = await Promise.all(
    first.map(({ id }) => serverGet<Timeline>(`/runs/${encodeURIComponent(id)}/timeline?large=omit`)),
  );
  return <RadarScreen initial={initial} initialFilter={filter} timelines={timelines} />;
}
