"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { AnswerOf, Endpoint, PathOf } from "../../domain/kernel/endpoint.ts";
import type { Omitting } from "../../domain/kernel/lean.ts";
import { api } from "./api.ts";

/** What a row that came without its large columns has in them. */
export interface WholeOf<T> {
  /** The thing as a read of it answers; undefined while nothing was left out, or until it has come. */
  whole: T | undefined;
  /** Something was left out and is not here yet. */
  loading: boolean;
  failed: boolean;
}

/**
 * Asks the server for a thing of which a list or a frame left something out (`omitted`), once somebody looks at it.
 *
 * @param path of the one thing.
 * @param version of what is shown: another one is asked for anew.
 * @param keep shows the version before until the next has come; for what changes while it is looked at.
 */
export function useWhole<E extends Endpoint & { readonly method: "GET" }>(
  omits: boolean,
  path: PathOf<E>,
  version: number,
  keep = false,
): WholeOf<AnswerOf<E>> {
  const { data, isFetching, isError } = useQuery({
    queryKey: ["whole", path, version],
    queryFn: ({ signal }) => api.get(path, signal),
    enabled: omits,
    staleTime: Number.POSITIVE_INFINITY,
    ...(keep && { placeholderData: keepPreviousData, gcTime: 0 }),
  });
  return { whole: omits ? data : undefined, loading: omits && isFetching, failed: omits && isError };
}

/** Whether something was left out of a row or an event. */
export const isLean = (one: object): boolean => ((one as Omitting).omitted?.length ?? 0) > 0;
