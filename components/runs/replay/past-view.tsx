"use client";

import type { ReactNode } from "react";
import { StillNow } from "../../ui/now.ts";
import { PastPosition } from "./past.ts";
import type { Player } from "./use-player.ts";

/** Shows its children at the player's position and time; without a player, as they are now. */
export function PastView({ player, children }: { player: Player | null; children: ReactNode }) {
  const at = player?.view.at ?? null;
  return (
    <StillNow value={at === null ? null : Date.parse(at)}>
      <PastPosition value={player ? player.view.seq : null}>{children}</PastPosition>
    </StillNow>
  );
}
