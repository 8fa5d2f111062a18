/** Where an approval is shown. */
export const approvalHref = (approvalId: string): string => `/approvals?id=${encodeURIComponent(approvalId)}`;

/**
 * Where the console shows a thing, or null when there is no page of it: the one table behind every link to a subject of an event or an alert, in the
 * console and in notifications. Each leads to the very thing, on whatever page of a list it stands. `runId` is the
 * run that it belongs to, when it is known: jobs and workstreams are shown on their run's page.
 */
export function pathTo({ kind, id }: { kind: string; id: string }, runId?: string | null): string | null {
  const name = encodeURIComponent(id);
  const run = runId ? `/runs/${encodeURIComponent(runId)}` : null;
  switch (kind) {
    case "run":
      return `/runs/${name}`;
    case "job":
      return run && `${run}?job=${name}`;
    case "workstream":
      return run && `${run}?tab=workstreams`;
    case "agent":
    case "breaker":
      return `/agents/${name}`;
    case "queue":
      return `/queues/${name}`;
    case "alert":
      return `/alerts?alert=${name}`;
    case "rule":
      return `/alerts/rules?rule=${name}`;
    case "channel":
      return `/alerts/channels?channel=${name}`;
    case "delivery":
      return `/alerts/channels?delivery=${name}`;
    case "decision":
      return `/routing/${name}`;
    case "approval":
      return approvalHref(id);
    case "session":
      return `/sessions?id=${name}`;
    case "task":
      return `/sessions?tab=tasks&id=${name}`;
    default:
      return null;
  }
}
