import type { Wire } from "../../domain/kernel/wire.ts";
import { Badge } from "../ui/badge.tsx";
import { STANDING_HINTS, type Standing } from "./agent-standing.ts";

/** Badges for what the breaker's state does not show: failing, draining, silent. */
export function StandingBadges({ agent, standing }: { agent: Wire<"agent">; standing: Standing }) {
  return (
    <>
      {standing === "failing" && (
        <Badge tone="blocked" title={STANDING_HINTS.failing}>
          Failing
        </Badge>
      )}
      {standing === "silent" && (
        <Badge tone="timed-out" title={STANDING_HINTS.silent}>
          Silent
        </Badge>
      )}
      {agent.draining && (
        <Badge tone="review" title={agent.drainReason ?? STANDING_HINTS.draining}>
          Draining
        </Badge>
      )}
    </>
  );
}
