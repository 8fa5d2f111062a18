import { Hand } from "lucide-react";
import type { ApprovalStatus } from "../../domain/kernel/statuses.ts";
import { EmptyState } from "../ui/empty-state.tsx";

const ASK = `curl -X POST $URL/api/v1/approvals -H "authorization: Bearer $KEY" -H "content-type: application/json" \\
  -d '{"approvalId":"deploy-1","title":"Deploy to production?","payload":{"version":"1.4.2"}}'`;

/** No approvals of a status, and how one is requested. */
export function NoApprovals({ status }: { status: ApprovalStatus }) {
  switch (status) {
    case "pending":
      return (
        <EmptyState icon={<Hand />} title="Nothing waits for a decision" command={ASK}>
          A job that is enqueued with <code>approval</code> waits here until somebody decides; an agent can ask for a
          decision of its own. Both show at once, without reloading.
        </EmptyState>
      );
    case "approved":
      return (
        <EmptyState icon={<Hand />} title="Nothing has been approved yet">
          What is approved comes here, with who approved it and what became of it.
        </EmptyState>
      );
    case "rejected":
      return (
        <EmptyState icon={<Hand />} title="Nothing has been rejected">
          A rejection cancels the job that waits for it. Retrying the job asks again.
        </EmptyState>
      );
    case "expired":
      return (
        <EmptyState icon={<Hand />} title="Nothing has expired">
          An approval whose time limit passes before anybody decides comes here; so does one whose job has ended.
        </EmptyState>
      );
  }
}
