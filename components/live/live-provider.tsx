"use client";

import { notifyManager, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "next/navigation";
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from "react";
import type { StateFrame } from "../../domain/kernel/live.ts";
import { setClockOffset } from "../ui/now.ts";
import { LiveEngine } from "./engine.ts";
import { createFrameQueue } from "./frame-queue.ts";
import type { Freshness } from "./freshness.ts";
import { applyState, dropTopic } from "./row-cache.ts";
import { openSocket } from "./socket.ts";

const Context = createContext<LiveEngine | null>(null);

/**
 * One live connection for the tab: state frames go to the query cache, log frames to their readers.
 */
export function LiveProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const router = useRouter();
  const [engine] = useState(() => {
    const frames = createFrameQueue<StateFrame>((items) =>
      notifyManager.batch(() => {
        for (const frame of items) applyState(client, frame);
      }),
    );
    return new LiveEngine({
      onState: frames.push,
      onForget: (topic) => dropTopic(client, topic),
      // Another history: nothing on this page can be trusted, not even the server-rendered part.
      onOtherLog: () => window.location.reload(),
      onClock: setClockOffset,
      onReturn: () => void client.refetchQueries({ predicate: (query) => query.state.status === "error" }),
    });
  });
  useEffect(() => {
    // A mount that is undone at once, like React's double mount in development, opens no socket.
    let close: (() => void) | null = null;
    const timer = setTimeout(() => {
      close = openSocket(engine, () => {
        router.refresh();
        void client.invalidateQueries();
      });
    }, 0);
    return () => {
      clearTimeout(timer);
      close?.();
    };
  }, [engine, client, router]);
  return <Context value={engine}>{children}</Context>;
}

/** The tab's live engine. */
export function useEngine(): LiveEngine {
  const engine = useContext(Context);
  if (!engine) throw new Error("this component must be inside <LiveProvider>");
  return engine;
}

const BEFORE: Freshness = {
  state: "catching_up",
  since: null,
  databaseAway: null,
  carrier: "socket",
  head: 0,
};

/**
 * Whether the page is live, catching up, or stale since when; and the head of the log that this tab
 * has seen.
 */
export function useFreshness(): Freshness {
  const engine = useEngine();
  return useSyncExternalStore(engine.onFreshness, engine.freshness, () => BEFORE);
}

/**
 * Subscribes to a topic while mounted. Users of the same topic share one subscription. Null: none.
 */
export function useTopic(topic: string | null): void {
  const engine = useEngine();
  useEffect(() => (topic === null ? undefined : engine.retain(topic)), [engine, topic]);
}
