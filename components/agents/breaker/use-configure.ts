"use client";

import { useState } from "react";
import { SwitchyardError } from "../../../client/core/problem.ts";
import type { BreakerConfigInput } from "../../../domain/agents/breaker/config.ts";
import type { ClientMutationInput } from "../../../domain/commit/mutations.ts";
import type { Wire } from "../../../domain/kernel/wire.ts";
import { commit } from "../../live/api.ts";
import { useCommand } from "../../live/use-command.ts";
import { type Faults, faultsOf } from "./config-draft.ts";

interface Configure {
  /** Resolves to whether the settings were saved. */
  run: (agent: Wire<"agent">, config: BreakerConfigInput, reason: string) => Promise<boolean>;
  pending: boolean;
  /** The last errors of the server, by field. */
  refused: Faults;
}

const NO_FAULTS: Faults = {};

function configuring(agent: Wire<"agent">, breaker: BreakerConfigInput, reason: string): ClientMutationInput[] {
  const { agentKey, draining, drainReason } = agent;
  const mutations: ClientMutationInput[] = [{ type: "agent.register", agentKey, breaker, ...(reason && { reason }) }];
  // Registering ends a drain: start it again.
  if (draining) mutations.push({ type: "agent.drain", agentKey, ...(drainReason && { reason: drainReason }) });
  return mutations;
}

/** Saves a breaker's settings and shows them at once, by the same state machine as the server's. */
export function useConfigure(): Configure {
  const [refused, setRefused] = useState<Faults>(NO_FAULTS);
  const command = useCommand(
    async (agent: Wire<"agent">, config: BreakerConfigInput, reason: string) => {
      setRefused(NO_FAULTS);
      try {
        return await commit(configuring(agent, config, reason));
      } catch (problem) {
        if (problem instanceof SwitchyardError) setRefused(faultsOf(problem.errors));
        throw problem;
      }
    },
    {
      commits: (agent, config, reason) => [configuring(agent, config, reason)],
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
