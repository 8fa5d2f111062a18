import { QueryClient } from "@tanstack/react-query";

/**
 * The cache of one page session. Frames keep rows and topic lists current: they are never stale,
 * never collected by age (`dropTopic` removes them), and compared by `seq`, not field by field.
 * Other data is fresh for a moment, so that hydration does not fetch again.
 */
export function createQueryClient(): QueryClient {
  const client = new QueryClient({
    defaultOptions: { queries: { staleTime: 10_000, retry: 1, refetchOnWindowFocus: false }, mutations: { retry: 0 } },
  });
  for (const key of [["row"], ["topic"]]) {
    client.setQueryDefaults(key, {
      gcTime: Number.POSITIVE_INFINITY,
      staleTime: Number.POSITIVE_INFINITY,
      structuralSharing: false,
    });
  }
  return client;
}
