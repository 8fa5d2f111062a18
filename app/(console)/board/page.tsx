import type { Metadata } from "next";
import type { Card } from "../../../components/board/board-model.ts";
import { BoardScreen } from "../../../components/board/board-screen.tsx";
import type { Cursors } from "../../../components/board/use-older-cards.ts";
import { workstreamEndpoints } from "../../../domain/execution/endpoints.ts";
import { pathTo } from "../../../domain/kernel/endpoint.ts";
import { WORKSTREAM_STATUSES } from "../../../domain/kernel/statuses.ts";
import { serverGet } from "../../server-fetch.ts";

export const metadata: Metadata = { title: "Board" };

interface PageProps {
  searchParams: Promise<{ run?: string | string[] }>;
}

/** The newest 100 cards of each column; older ones are loaded on demand. */
export default async function Board({ searchParams }: PageProps) {
  const { run } = await searchParams;
  const runId = typeof run === "string" ? run : "";
  const columns = await Promise.all(
    WORKSTREAM_STATUSES.map(async (status) => {
      const asked = { status, limit: 100, large: "omit", ...(runId && { runId }) } as const;
      return { status, page: await serverGet(pathTo(workstreamEndpoints.list, asked)) };
    }),
  );
  const initial: Card[] = columns.flatMap(({ page }) => page.items);
  const cursors: Cursors = Object.fromEntries(
    columns.flatMap(({ status, page }) => (page.nextCursor === null ? [] : [[status, page.nextCursor]])),
  );
  return <BoardScreen initial={initial} cursors={cursors} />;
}
