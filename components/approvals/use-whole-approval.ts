"use client";

import { approvalEndpoints } from "../../domain/execution/endpoints.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
import { isLean, useWhole } from "../live/whole.ts";
import type { ApprovalRow } from "./approval-model.ts";

export interface WholeApproval extends Pick<ApprovalRow, "payload" | "edit"> {
  /** They are large and have not come yet. */
  loading: boolean;
  failed: boolean;
}

/** What an approval asks for, also where the list left it out because it is large. */
export function useWholeApproval(approval: ApprovalRow): WholeApproval {
  const path = pathTo(approvalEndpoints.one, { id: approval.id });
  const { whole, loading, failed } = useWhole(isLean(approval), path, approval.version);
  const { payload, edit } = whole ?? approval;
  return { payload, edit, loading, failed };
}
