"use client";

import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { AnswerOf, Endpoint, PathOf } from "../../domain/kernel/endpoint.ts";
import type { Omitting } from "../../domain/kernel/lean.ts";
import { api } from "./api.ts";

/** Loads the large columns of a row that came without them. */
export interface WholeOf<T> {
  /** The complete value; undefined when nothing was left out, or until it is loaded. */
  whole: T | undefined;
  /** Whether left-out values are still loading. */
  loading: boolean;
  failed: boolean;
}

/**
 * Fetches the complete value of which a list or a frame left something out (`omitted`), when
 * mounted.
 *
 * @param path its API path.
 * @param version of what is shown: a new one is fetched again.
 * @param keep shows the previous version until the next is loaded; for values that change while
 *   open.
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
