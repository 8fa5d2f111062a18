import { Registry } from "prom-client";
import { parseCommit } from "../../../domain/commit/commit.ts";
import type { ClientMutationInput, Mutation } from "../../../domain/commit/mutations.ts";
import type { LogEvent } from "../../../domain/kernel/event.ts";
import type { Database } from "../../database/client.ts";
import { createStore, type StoreDeps } from "../index.ts";
import { ensureTenant } from "../tenants.ts";
import type { CommitOptions, Committed, Store } from "../types.ts";

export const BY = { id: "key:test", actor: "key:test" };

/** A store over a test database, with a tenant of its own. */
export async function openStore(database: Database, tenantId = "t1", more: Partial<StoreDeps> = {}): Promise<Store> {
  await ensureTenant(database.prisma, tenantId, tenantId);
  return createStore({
    pool: database.pool,
    registry: new Registry(),
    idempotencyTtlSeconds: 3600,
    pollMs: 50,
    ...more,
  });
}

/** Commits client mutations, parsed by their contracts. */
export function commit(
  store: Store,
  mutations: ClientMutationInput[],
  options?: CommitOptions,
  tenantId = "t1",
  expect?: { [runId: string]: number },
) {
  const parsed = parseCommit({ mutations, ...(expect && { expect }) });
  if ("faults" in parsed) throw new Error(JSON.stringify(parsed.faults));
  return store.commit(tenantId, BY, parsed.commit as { mutations: Mutation[] }, options);
}

/** Collects what followers receive, and throws on a range that does not adjoin the one before. */
export function follow(store: Store, tenantId = "t1") {
  const seen: { events: LogEvent[]; ranges: Committed[] } = { events: [], ranges: [] };
  let last: number | undefined;
  const stop = store.onCommitted((committed) => {
    if (committed.tenantId !== tenantId) return;
    if (last !== undefined && committed.from !== last + 1) throw new Error(`range ${committed.from} after ${last}`);
    last = committed.to;
    seen.ranges.push(committed);
    seen.events.push(...committed.events);
  });
  return { seen, stop };
}
