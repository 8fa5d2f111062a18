import { approvalEndpoints } from "../../domain/execution/endpoints.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
/** How many approvals wait; no rows come with it. */
export const WAITING_PATH = pathTo(approvalEndpoints.list, { status: "pending", limit: 1, large: "omit" });

/** The part of the answer that is used. */
export interface Waiting {
  total?: number;
}
