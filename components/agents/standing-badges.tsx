import type { Wire } from "../../domain/kernel/wire.ts";
import { Badge } from "../ui/badge.tsx";
import { STANDING_HINTS, type Standing } from "./agent-standing.ts";

/** What the state of its breaker does not say of an agent: that it is failing, drains, or is silent. */
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
