"use client";

import { useQuery } from "@tanstack/react-query";
import { api } from "../../live/api.ts";
import type { NamesOf } from "./rule-fields.ts";

type Names = { readonly [of in NamesOf]: readonly string[] };

const NONE: Names = { agents: [], queues: [], workflows: [] };

/** Names of what is there, as the form offers them: help, not a bound, so what cannot be loaded is left out. */
export function useNames(): Names {
  const { data } = useQuery({
    queryKey: ["rules", "names"],
    queryFn: async ({ signal }): Promise<Names> => {
      const list = async (path: string, field: string) => {
        const { items } = await api.get<{ items: { [field: string]: unknown }[] }>(`${path}?limit=100`, signal);
        return [...new Set(items.map((item) => String(item[field])))].sort();
      };
      const [agents = [], queues = [], workflows = []] = await Promise.all(
        [list("/agents", "id"), list("/queues", "id"), list("/runs", "workflow")].map((names) =>
          names.catch((): string[] => []),
        ),
      );
      return { agents, queues, workflows };
    },
    staleTime: 60_000,
  });
  return data ?? NONE;
}
