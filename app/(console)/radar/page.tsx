import type { Metadata } from "next";
import { RadarScreen } from "../../../components/runs/radar/radar-screen.tsx";
import { loadRadarUrl, radarPath } from "../../../components/runs/radar/radar-url.ts";
import { runEndpoints } from "../../../domain/execution/endpoints.ts";
import { pathTo } from "../../../domain/kernel/endpoint.ts";
import { serverGet } from "../../server-fetch.ts";

export const metadata: Metadata = { title: "Radar" };

interface Props {
  searchParams: Promise<{ [name: string]: string | string[] | undefined }>;
}

/** The grids of this many runs come with the page; the others are loaded by the browser. */
const WITH_ROWS = 4;

export default async function Page({ searchParams }: Props) {
  const filter = await loadRadarUrl(searchParams);
  const initial = await serverGet(radarPath(filter, null));
  const first = initial.items.slice(0, WITH_ROWS);
  const timelines = await Promise.all(
    first.map(({ id }) => serverGet(pathTo(runEndpoints.timeline, { id, large: "omit" }))),
  );
  return <RadarScreen initial={initial} initialFilter={filter} timelines={timelines} />;
}
