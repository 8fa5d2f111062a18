"use client";

import { Droplets, Undo2 } from "lucide-react";
import { useState } from "react";
import type { ClientMutationInput } from "../../domain/commit/mutations.ts";
import type { Wire } from "../../domain/kernel/wire.ts";
import { commit } from "../live/api.ts";
import { useCommand } from "../live/use-command.ts";
import { Button } from "../ui/button.tsx";
import { Changes } from "../ui/changes.tsx";
import { ConfirmDialog } from "../ui/dialog.tsx";

/** Registering again ends a drain. */
const draining = ({ agentKey }: Wire<"agent">, drain: boolean, reason: string): ClientMutationInput[] => [
  { type: drain ? "agent.drain" : "agent.register", agentKey, ...(reason && { reason }) },
];

/** Drains an agent (it finishes its jobs and takes no new ones), or ends the drain. */
export function DrainButton({ agent }: { agent: Wire<"agent"> & { readonly pending?: boolean } }) {
  const [asking, setAsking] = useState(false);
  const order = useCommand(
    (row: Wire<"agent">, drain: boolean, reason: string) => commit(draining(row, drain, reason)),
    {
      commits: (row, drain, reason) => [draining(row, drain, reason)],
      failure: "The agent could not be changed",
    },
  );
  const { draining: drains, displayName } = agent;
  const verb = drains ? "Undrain" : "Drain";
  return (
    <>
      <Changes>
        <Button disabled={order.pending} onClick={() => setAsking(true)}>
          {drains ? <Undo2 aria-hidden className="size-3.5" /> : <Droplets aria-hidden className="size-3.5" />}
          {verb}
        </Button>
      </Changes>
      <ConfirmDialog
        open={asking}
        onOpenChange={setAsking}
        title={`${verb} ${displayName}?`}
        description={
          drains
            ? "It takes jobs again at once, and is picked for tasks again."
            : "Its running jobs continue. It takes no new jobs and is picked for no task until it is undrained or registers again."
        }
        confirm={verb}
        danger={!drains}
        reason={drains ? "optional" : "required"}
        onConfirm={async (reason) => (await order.run(agent, !drains, reason)) !== undefined}
      />
    </>
  );
}
