"use client";

import { api } from "../live/api.ts";
import { type Command, useCommand } from "../live/use-command.ts";
import { serverNow } from "../ui/now.ts";
import { type ApprovalRow, approvedBy, rejectedBy } from "./approval-model.ts";

export interface ApprovalCommands {
  /** With `edit` the payload as it should be. */
  approve: Command<[approval: ApprovalRow, comment: string, edit: ApprovalRow["edit"]], ApprovalRow>;
  reject: Command<[approval: ApprovalRow, comment: string], ApprovalRow>;
}

const nowIso = (): string => new Date(serverNow()).toISOString();
const pathOf = (approval: ApprovalRow): string => `/approvals/${encodeURIComponent(approval.id)}`;

/** The clicks on an approval, by `me` (`user:ada`). Each shows at once; a lost race shows what the approval is now. */
export function useApprovalCommands(me: string): ApprovalCommands {
  const approve = useCommand(
    (approval: ApprovalRow, comment: string, edit: ApprovalRow["edit"]) =>
      api.post<ApprovalRow>(`${pathOf(approval)}/approve`, {
        ...(comment && { comment }),
        ...(edit !== null && { edit }),
      }),
    {
      optimistic: (approval, comment, edit) => [approvedBy(approval, me, nowIso(), comment, edit)],
      failure: "It was not approved",
    },
  );
  const reject = useCommand(
    (approval: ApprovalRow, comment: string) =>
      api.post<ApprovalRow>(`${pathOf(approval)}/reject`, { ...(comment && { comment }) }),
    {
      optimistic: (approval, comment) => [rejectedBy(approval, me, nowIso(), comment)],
      failure: "It was not rejected",
    },
  );
  return { approve, reject };
}
