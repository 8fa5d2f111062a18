"use client";

import type { Receipt } from "../../domain/receipt.ts";
import type { WorkstreamStatus } from "../../domain/statuses.ts";
import { commit } from "../live/api.ts";
import { type Command, useCommand } from "../live/use-command.ts";
import { serverNow } from "../ui/now.ts";
import type { Card } from "./board-model.ts";

/** Moves a card to another column: at once on this board, taken back if the server refuses. */
export function useMoveCard(): Command<[card: Card, to: WorkstreamStatus], Receipt> {
  return useCommand(
    (card: Card, to: WorkstreamStatus) =>
      commit([{ type: "workstream.transition", workstreamId: card.workstreamId, to }]),
    {
      optimistic: (card, to) => [{ ...card, status: to, reason: null, enteredAt: new Date(serverNow()).toISOString() }],
      failure: "The card was not moved",
    },
  );
}
