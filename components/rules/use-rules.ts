"use client";

import { useQuery } from "@tanstack/react-query";
import type { Rule } from "../../domain/rule.ts";
import type { RuleKind } from "../../domain/statuses.ts";
import { api } from "../live/api.ts";

/** A rule as `GET /alert-rules` answers it. */
export interface AlertRule extends Omit<Rule, "ruleKind"> {
  ruleId: string;
  kind: RuleKind;
  /** One that every tenant begins with. */
  builtIn: boolean;
}

export interface RuleList {
  items: AlertRule[];
}

export const RULES_KEY = ["alert-rules"] as const;

/** All rules, over HTTP: built-in ones are no rows before they are changed. */
export function useRules(initial?: RuleList) {
  return useQuery({
    queryKey: RULES_KEY,
    queryFn: ({ signal }) => api.get<RuleList>("/alert-rules", signal),
    staleTime: 30_000,
    ...(initial && { initialData: initial }),
  });
}
