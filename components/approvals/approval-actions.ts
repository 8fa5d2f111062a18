"use client";

import { approvalEndpoints } from "../../domain/execution/endpoints.ts";
import { type GivenBody, pathTo } from "../../domain/kernel/endpoint.ts";
import { postIfSame } from "../live/if-unmoved.ts";
import { type Command, useCommand } from "../live/use-command.ts";
import type { ApprovalRow } from "./approval-model.ts";

export interface ApprovalCommands {
  /** With `edit` the payload as it should be. */
  approve: Command<[approval: ApprovalRow, comment: string, edit: ApprovalRow["edit"]], ApprovalRow>;
  reject: Command<[approval: ApprovalRow, comment: string], ApprovalRow>;
}

const approving = (comment: string, edit: ApprovalRow["edit"]) => ({
  ...(comment && { comment }),
  ...(edit !== null && { edit }),
});

/**
 * Sends a decision on what was seen: another payload, or a decision that settled it, is another
 * thing.
 */
const decide = (
  approval: ApprovalRow,
  verb: "approve" | "reject",
  body: GivenBody<typeof approvalEndpoints.approve>,
): Promise<ApprovalRow> =>
  postIfSame(
    pathTo(approvalEndpoints[verb], { id: approval.id }),
    approval,
    body,
    (now) =>
      now.status === approval.status && sameJson(now.edit, approval.edit) && sameJson(now.payload, approval.payload),
    (now) =>
      now.status === approval.status ? "It was edited meanwhile: check it again." : `It was ${now.status} meanwhile.`,
  );

const sameJson = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The clicks on an approval. Each shows at once; a lost race shows what the approval is now. */
export function useApprovalCommands(): ApprovalCommands {
  const approve = useCommand(
    (approval: ApprovalRow, comment: string, edit: ApprovalRow["edit"]) =>
      decide(approval, "approve", approving(comment, edit)),
    {
      commits: ({ id: approvalId }, comment, edit) => [
        [{ type: "approval.approve", approvalId, ...approving(comment, edit) }],
      ],
      failure: "The request could not be approved",
    },
  );
  const reject = useCommand(
    (approval: ApprovalRow, comment: string) => decide(approval, "reject", { ...(comment && { comment }) }),
    {
      commits: ({ id: approvalId }, comment) => [
        [{ type: "approval.reject", approvalId, ...(comment && { comment }) }],
      ],
      failure: "The request could not be rejected",
    },
  );
  return { approve, reject };
}
