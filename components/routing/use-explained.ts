"use client";

import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import type { ExplainedDecision } from "../../domain/agents/answers.ts";
import { routingEndpoints } from "../../domain/agents/endpoints.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
import type { LogEvent } from "../../domain/kernel/event.ts";
import { isAbout as isEventAbout } from "../../domain/kernel/read-event.ts";
import { api } from "../live/api.ts";
import { useEngine } from "../live/live-provider.tsx";

/** Events come in bursts: one refetch for those within this time, ms. */
const TOGETHER_MS = 300;

/**
 * A decision with its explanation, refetched on events of it, of a fallback or of its job. `head`:
 * the log's position at the first read.
 */
export function useExplained(initial: ExplainedDecision, head: number): ExplainedDecision {
  const engine = useEngine();
  const { data, refetch } = useQuery({
    queryKey: ["decision", initial.id, head],
    queryFn: ({ signal }) => api.get(pathTo(routingEndpoints.one, { id: initial.id }), signal),
    initialData: initial,
    staleTime: Number.POSITIVE_INFINITY,
  });
  const known = useRef(data);
  known.current = data;
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const soon = () => {
      clearTimeout(timer);
      timer = setTimeout(() => void refetch(), TOGETHER_MS);
    };
    const stop = engine.read("log", {
      position: head,
      onEvents: (events) => events.some((event) => isAbout(known.current, event)) && soon(),
      onHole: soon,
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [engine, head, refetch]);
  return data;
}

/** Whether an event may change the explanation of a decision. */
export function isAbout(decision: ExplainedDecision, event: LogEvent): boolean {
  const { subject } = event;
  if (subject.kind === "job") return subject.id === decision.jobId;
  if (!isEventAbout(event, "routing")) return false;
  const { fallbackOf } = event.payload;
  const chain = [decision.id, ...decision.explanation.fallbacks.map(({ id }) => id)];
  return chain.includes(subject.id) || (typeof fallbackOf === "string" && chain.includes(fallbackOf));
}
