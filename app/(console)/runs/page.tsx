import type { Metadata } from "next";
import { runsPath } from "../../../components/runs/filters.ts";
import { RunList } from "../../../components/runs/run-list.tsx";
import { loadFilters } from "../../../components/runs/run-search.ts";
import { serverGet } from "../../server-fetch.ts";

export const metadata: Metadata = { title: "Runs" };

interface Props {
  searchParams: Promise<{ [name: string]: string | string[] | undefined }>;
}

export default async function Page({ searchParams }: Props) {
  const filters = await loadFilters(searchParams);
  const initial = await serverGet(runsPath(filters, null));
  return <RunList initial={initial} initialFilters={filters} />;
}
