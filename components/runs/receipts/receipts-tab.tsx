"use client";

import { useInfiniteQuery } from "@tanstack/react-query";
import { ReceiptText } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { SwitchyardError } from "../../../client/core/problem.ts";
import { receiptEndpoints } from "../../../domain/commit/endpoints.ts";
import { type AnswerOf, pathTo } from "../../../domain/kernel/endpoint.ts";
import { api } from "../../live/api.ts";
import { Button } from "../../ui/button.tsx";
import { EmptyState, ErrorState } from "../../ui/empty-state.tsx";
import { Skeleton } from "../../ui/skeleton.tsx";
import { Table, TableBody, TableHead, Th } from "../../ui/table.tsx";
import { ReceiptRow } from "./receipt-row.tsx";
import { VerifyChain } from "./verify-chain.tsx";

type Page = AnswerOf<typeof receiptEndpoints.list>;

const LIMIT = 50;
/** New receipts are fetched this often at most, ms. */
const GATHER_MS = 1000;

/**
 * The receipts of the commits with events of the run, newest first, and whether their chain is
 * intact.
 */
export function RunReceipts({ runId, head }: { runId: string; head: number }) {
  const [bad, setBad] = useState<string | null>(null);
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage, refetch } = useReceipts(runId, head);
  const receipts = data?.pages.flatMap((page) => page.items);

  if (error && !receipts) {
    return <ErrorState title="The receipts could not be loaded" detail={error.detail} onRetry={() => void refetch()} />;
  }
  return (
    <>
      <div className="mb-3">
        <VerifyChain onBad={setBad} />
      </div>
      <div className="overflow-hidden rounded-lg border border-line bg-surface">
        {!receipts && <Skeleton className="h-72" />}
        {receipts?.length === 0 && (
          <EmptyState icon={<ReceiptText />} title="No receipt of this run is kept">
            Every commit has one: positions, who, what, and a hash that chains it to the one before. Old ones are
            deleted by retention.
          </EmptyState>
        )}
        {receipts && receipts.length > 0 && (
          <Table aria-label="Receipts" className="min-w-[46rem]">
            <TableHead>
              <tr>
                <Th>Positions</Th>
                <Th>What</Th>
                <Th>Who</Th>
                <Th>When</Th>
                <Th>Hash</Th>
                <Th>Receipt</Th>
              </tr>
            </TableHead>
            <TableBody>
              {receipts.map((receipt) => (
                <ReceiptRow key={receipt.receiptId} runId={runId} receipt={receipt} isBad={receipt.receiptId === bad} />
              ))}
            </TableBody>
          </Table>
        )}
        {hasNextPage && (
          <div className="flex h-10 items-center justify-center border-t border-line">
            <Button size="sm" variant="ghost" busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>
              Load older receipts
            </Button>
          </div>
        )}
      </div>
    </>
  );
}

/**
 * Page by page; fetched again when the run has new events, as receipts have no topic of their own.
 */
function useReceipts(runId: string, head: number) {
  const query = useInfiniteQuery<Page, SwitchyardError, { pages: Page[] }, string[], string | null>({
    queryKey: ["receipts", runId],
    queryFn: ({ pageParam, signal }) =>
      api.get(pathTo(receiptEndpoints.list, { run: runId, limit: LIMIT, cursor: pageParam ?? undefined }), signal),
    initialPageParam: null,
    getNextPageParam: (last) => last.nextCursor,
    refetchOnMount: "always",
  });
  const { refetch, data } = query;
  const newest = data?.pages[0]?.items[0]?.lastSeq ?? 0;
  const isBehind = data !== undefined && head > newest;
  const asked = useRef(0);
  useEffect(() => {
    // Once per new end of the log: an event may be in no receipt of the run.
    if (!isBehind || asked.current >= head) return;
    const timer = setTimeout(() => {
      asked.current = head;
      void refetch();
    }, GATHER_MS);
    return () => clearTimeout(timer);
  }, [isBehind, head, refetch]);
  return query;
}
