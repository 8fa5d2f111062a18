import type { AlertCommands } from "../alerts/alert-actions.ts";
import { Badge, StatusBadge } from "../ui/badge.tsx";
import { CopyId } from "../ui/copy-id.tsx";
import { formatPlural } from "../ui/format.ts";
import { PageHeader } from "../ui/page-header.tsx";
import { RelativeTime } from "../ui/time.tsx";
import { AgentAlert } from "./agent-alert.tsx";
import type { Placed } from "./agent-standing.ts";
import { DrainButton } from "./drain-button.tsx";
import { StandingBadges } from "./standing-badges.tsx";
import type { Waiting } from "./waiting.ts";
import { WaitingList } from "./waiting-list.tsx";

interface AgentHeaderProps extends Pick<Placed, "agent" | "breaker" | "alerts" | "standing"> {
  waiting: Waiting | undefined;
  moreWaiting: boolean;
  onAcknowledge: AlertCommands["acknowledge"];
}

/** Its name and standing, the jobs that wait for it, and its most urgent alert. */
export function AgentHeader(props: AgentHeaderProps) {
  const { agent, breaker, alerts, standing, waiting, moreWaiting, onAcknowledge } = props;
  return (
    <>
      <PageHeader
        title={agent.displayName}
        badge={
          <>
            <StatusBadge kind="breaker" status={breaker.state} pending={breaker.pending} />
            <StandingBadges agent={agent} standing={standing} />
          </>
        }
        description={
          <span className="flex flex-wrap items-center gap-x-3 gap-y-1">
            <CopyId id={agent.agentKey} />
            <span className="tabular-nums">
              {agent.busy} of {formatPlural(agent.capacity, "slot")} busy
            </span>
            <span>
              seen <RelativeTime at={agent.lastSeenAt} />
            </span>
            {agent.capabilities.map((capability) => (
              <Badge key={capability}>{capability}</Badge>
            ))}
          </span>
        }
        actions={<DrainButton agent={agent} />}
      />
      <div className="mb-3 flex flex-wrap items-center gap-x-6 gap-y-2 empty:hidden">
        {agent.draining && agent.drainReason && (
          <span className="text-small text-muted">
            Drains: “<span className="break-words">{agent.drainReason}</span>”
          </span>
        )}
        {waiting && <WaitingList waiting={waiting} more={moreWaiting} name={agent.displayName} />}
        {alerts.length > 0 && (
          <div className="w-fit max-w-full">
            <AgentAlert alerts={alerts} onAcknowledge={onAcknowledge} />
          </div>
        )}
      </div>
    </>
  );
}
