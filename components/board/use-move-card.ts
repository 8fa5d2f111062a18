"use client";

import type { ClientMutationInput } from "../../domain/commit/mutations.ts";
import { workstreamEndpoints } from "../../domain/execution/endpoints.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
import type { Receipt } from "../../domain/kernel/receipt.ts";
import type { WorkstreamStatus } from "../../domain/kernel/statuses.ts";
import type { Wire } from "../../domain/kernel/wire.ts";
import { commit } from "../live/api.ts";
import { postIfUnmoved } from "../live/if-unmoved.ts";
import { type Command, useCommand } from "../live/use-command.ts";
import { statusLook } from "../ui/status.ts";
import type { Card } from "./board-model.ts";

/**
 * Moves a card to another column: at once on this board, taken back if the server refuses or
 * somebody has moved it before.
 */
export function useMoveCard(): Command<[card: Card, to: WorkstreamStatus], Wire<"workstream">> {
  return useCommand(
    (card: Card, to: WorkstreamStatus) =>
      postIfUnmoved(
        pathTo(workstreamEndpoints.transition, { id: card.workstreamId }),
        card,
        { to },
        (now) => `It was moved to ${statusLook("workstream", now.status).label} meanwhile.`,
      ),
    {
      commits: ({ workstreamId }, to) => [[{ type: "workstream.transition", workstreamId, to }]],
      failure: "The card could not be moved",
    },
  );
}

const following = ({ workstreamId }: Card): ClientMutationInput[] => [{ type: "workstream.follow", workstreamId }];

/** Gives a card that was put somewhere back to its jobs: where they are is the server's to say. */
export function useFollowJobs(): Command<[card: Card], Receipt> {
  return useCommand((card: Card) => commit(following(card)), {
    commits: (card) => [following(card)],
    success: "The card follows its jobs again",
    failure: "The card could not be given back to its jobs",
  });
}
