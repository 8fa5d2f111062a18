"use client";

import { useQuery } from "@tanstack/react-query";
import { agentEndpoints } from "../../../domain/agents/endpoints.ts";
import { queueEndpoints, runEndpoints } from "../../../domain/execution/endpoints.ts";
import { pathTo } from "../../../domain/kernel/endpoint.ts";
import { api } from "../../live/api.ts";
import type { NamesOf } from "./rule-fields.ts";

type Names = { readonly [of in NamesOf]: readonly string[] };

const FIRST = { limit: 100 };

const NONE: Names = { agents: [], queues: [], workflows: [] };

/**
 * Names of what is there, as the form offers them: help, not a bound, so what cannot be loaded is
 * left out.
 */
export function useNames(): Names {
  const { data } = useQuery({
    queryKey: ["rules", "names"],
    queryFn: async ({ signal }): Promise<Names> => {
      const names = (values: Promise<string[]>) => values.then((all) => [...new Set(all)].sort()).catch(() => []);
      const [agents, queues, workflows] = await Promise.all([
        names(api.get(pathTo(agentEndpoints.list, FIRST), signal).then(({ items }) => items.map(({ id }) => id))),
        names(api.get(pathTo(queueEndpoints.list, FIRST), signal).then(({ items }) => items.map(({ id }) => id))),
        names(api.get(pathTo(runEndpoints.list, FIRST), signal).then(({ items }) => items.map((run) => run.workflow))),
      ]);
      return { agents, queues, workflows };
    },
    staleTime: 60_000,
  });
  return data ?? NONE;
}
