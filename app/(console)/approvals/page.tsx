import type { Metadata } from "next";
import { approvalsPath } from "../../../components/approvals/approval-model.ts";
import { ApprovalsScreen } from "../../../components/approvals/approvals-screen.tsx";
import { approvalEndpoints } from "../../../domain/execution/endpoints.ts";
import { pathTo } from "../../../domain/kernel/endpoint.ts";
import { accountEndpoints } from "../../../domain/kernel/endpoints.ts";
import { APPROVAL_STATUSES } from "../../../domain/kernel/statuses.ts";
import { serverGet } from "../../server-fetch.ts";
import { serverGetPages } from "../../server-fetch-pages.ts";

export const metadata: Metadata = { title: "Approvals" };

interface PageProps {
  searchParams: Promise<{ status?: string | string[]; id?: string | string[] }>;
}

export default async function Approvals({ searchParams }: PageProps) {
  const { status, id } = await searchParams;
  const [me, pending, named] = await Promise.all([
    serverGet(pathTo(accountEndpoints.me)),
    serverGetPages(pathTo(approvalEndpoints.list, { status: "pending", large: "omit" })),
    // An address of an approval that is no more shows the inbox.
    typeof id === "string" ? serverGet(pathTo(approvalEndpoints.one, { id, large: "omit" })).catch(() => null) : null,
  ]);
  const first = named?.status ?? "pending";
  const view = APPROVAL_STATUSES.find((one) => one === status) ?? first;
  const decided = view === "pending" ? undefined : await serverGet(approvalsPath(view));
  const initial = named && named.status !== "pending" ? [...pending.items, named] : pending.items;
  const who = `${me.kind}:${me.name}`;
  const cut = pending.nextCursor !== null;
  return <ApprovalsScreen me={who} initial={initial} cut={cut} first={first} decided={decided} />;
}
