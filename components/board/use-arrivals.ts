import { useCallback, useEffect, useRef, useState } from "react";
import type { WorkstreamStatus } from "../../domain/kernel/statuses.ts";
import type { Card } from "./board-model.ts";

const LIT_MS = 1_600;

/**
 * Ids of the cards that somebody else has just moved to another column. `mine` is called before a
 * move made here, which needs no highlight.
 */
export function useArrivals(cards: readonly Card[]): { arrived: ReadonlySet<string>; mine: (id: string) => void } {
  const known = useRef<Map<string, WorkstreamStatus>>(new Map());
  const own = useRef(new Set<string>());
  const [arrived, setArrived] = useState<ReadonlySet<string>>(new Set());

  useEffect(() => {
    const moved: string[] = [];
    for (const { id, status } of cards) {
      const was = known.current.get(id);
      known.current.set(id, status);
      if (was !== undefined && was !== status && !own.current.delete(id)) moved.push(id);
    }
    if (moved.length > 0) setArrived((before) => new Set([...before, ...moved]));
  }, [cards]);

  useEffect(() => {
    if (arrived.size === 0) return;
    const timer = setTimeout(() => setArrived(new Set()), LIT_MS);
    return () => clearTimeout(timer);
  }, [arrived]);

  const mine = useCallback((id: string) => void own.current.add(id), []);
  return { arrived, mine };
}
