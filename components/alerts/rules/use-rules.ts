"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { ruleEndpoints } from "../../../domain/alerts/endpoints.ts";
import type { AnswerOf } from "../../../domain/kernel/endpoint.ts";
import { pathTo } from "../../../domain/kernel/endpoint.ts";
import { api } from "../../live/api.ts";
import { useTopicRows } from "../../live/rows.ts";

export type RuleList = AnswerOf<typeof ruleEndpoints.list>;

export const RULES_KEY = ["alert-rules"] as const;

/** All rules, over HTTP: built-in ones are no rows before they are changed. */
export function useRules(initial?: RuleList) {
  return useQuery({
    queryKey: RULES_KEY,
    queryFn: ({ signal }) => api.get(pathTo(ruleEndpoints.list), signal),
    staleTime: 30_000,
    ...(initial && { initialData: initial }),
  });
}

/** All rules, loaded again whenever somebody has changed one. */
export function useLiveRules(initial: RuleList) {
  const client = useQueryClient();
  const rows = useTopicRows("rules", "rule");
  const latest = rows.reduce((most, { seq }) => Math.max(most, seq), 0);
  useEffect(() => {
    if (latest > 0) void client.invalidateQueries({ queryKey: RULES_KEY, exact: true });
  }, [client, latest]);
  return useRules(initial);
}
