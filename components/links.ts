/**
 * Where a thing is shown, or null when there is no page of it: the one table behind every link to a subject of an event or an alert. `runId` is the
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
      return "/alerts/channels";
    case "decision":
      return `/routing/${name}`;
    case "approval":
      return "/approvals";
    case "session":
    case "task":
      return "/sessions";
    default:
      return null;
  }
}
