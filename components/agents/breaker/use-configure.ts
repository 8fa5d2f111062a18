"use client";

import { useState } from "react";
import { SwitchyardError } from "../../../client/core/problem.ts";
import { type BreakerConfigInput, resolveBreakerConfig } from "../../../domain/agents/breaker/config.ts";
import { reconfigure } from "../../../domain/agents/breaker/machine.ts";
import type { Wire } from "../../../domain/kernel/wire.ts";
import { commit } from "../../live/api.ts";
import { useCommand } from "../../live/use-command.ts";
import { serverNow } from "../../ui/now.ts";
import type { BreakerRow } from "./breaker-view.ts";
import { type Faults, faultsOf } from "./config-draft.ts";

interface Configure {
  /** Answers whether the settings were taken. */
  run: (agent: Wire<"agent">, breaker: BreakerRow, config: BreakerConfigInput, reason: string) => Promise<boolean>;
  pending: boolean;
  /** What the server refused last, by field. */
  refused: Faults;
}

const NO_FAULTS: Faults = {};

/** Gives a breaker other settings; they show at once, as the same machine as the server's takes them. */
export function useConfigure(): Configure {
  const [refused, setRefused] = useState<Faults>(NO_FAULTS);
  const command = useCommand(
    async (agent: Wire<"agent">, _breaker: BreakerRow, config: BreakerConfigInput, reason: string) => {
      const { agentKey, draining, drainReason } = agent;
      setRefused(NO_FAULTS);
      try {
        return await commit([
          { type: "agent.register", agentKey, breaker: config, ...(reason && { reason }) },
          // Registering ends a drain, which is not what was asked for.
          ...(draining
            ? [{ type: "agent.drain" as const, agentKey, ...(drainReason && { reason: drainReason }) }]
            : []),
        ]);
      } catch (problem) {
        if (problem instanceof SwitchyardError) setRefused(faultsOf(problem.errors));
        throw problem;
      }
    },
    {
      optimistic: (_agent, breaker, config) => [
        { ...breaker, ...reconfigure(breaker, resolveBreakerConfig(config), serverNow()).breaker },
      ],
      success: "Settings saved",
      failure: "The settings could not be saved",
    },
  );
  return {
    run: async (...args) => (await command.run(...args)) !== undefined,
    pending: command.pending,
    refused,
  };
}
