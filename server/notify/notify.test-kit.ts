import { Registry } from "prom-client";
import { expect } from "vitest";
import type { ClientMutationInput, Mutation } from "../../domain/commit/mutations.ts";
import { commit as commitTo, openStore } from "../store/lane/lane.test-kit.ts";
import { laneDatabase } from "../store/lane/lane-database.ts";
import type { LeaderLoop } from "../store/leader-loop.ts";
import type { TestDatabase } from "../testing/database.ts";
import { createGuard } from "./guard.ts";
import { createNotifier, type NotifierDeps } from "./index.ts";

/** A tenant with a store of its own and as many senders as a test starts. */
export type Desk = Awaited<ReturnType<typeof openDesk>>;

let tenants = 0;

export async function openDesk(database: TestDatabase) {
  tenants += 1;
  const tenant = `desk-${tenants}`;
  const store = await openStore(database, tenant);
  const notifiers: LeaderLoop[] = [];
  const logged: object[] = [];

  const commit = (...mutations: ClientMutationInput[]) => commitTo(store, mutations, {}, tenant);
  const deliveries = () =>
    database.prisma.delivery.findMany({ where: { tenantId: tenant }, orderBy: [{ createdAt: "asc" }, { seq: "asc" }] });

  return {
    tenant,
    store,
    logged,
    commit,
    deliveries,
    /** Commits what the clock, or the sender, would. */
    tick: (...mutations: Mutation[]) =>
      store.commit(tenant, { id: "system:clock", actor: "system:clock" }, { mutations }),
    start(more: Partial<NotifierDeps> = {}): LeaderLoop {
      const notifier = createNotifier({
        store,
        queries: laneDatabase(database.pool),
        registry: new Registry(),
        log: { warn: (facts, message) => logged.push({ facts, message }) },
        guard: createGuard(true),
        publicUrl: () => "https://console.example",
        scheduleMs: [1, 1, 1],
        settleMs: 0,
        everyMs: 20,
        ...more,
      });
      notifiers.push(notifier);
      notifier.start();
      return notifier;
    },
    alerts: () => database.prisma.alert.findMany({ where: { tenantId: tenant }, orderBy: { id: "asc" } }),
    /** Waits until so many deliveries have come to an end. */
    settled: (count: number) =>
      expect
        .poll(
          async () => (await deliveries()).filter(({ status }) => status === "delivered" || status === "failed").length,
          { timeout: 20_000, interval: 20 },
        )
        .toBe(count),
    async close(): Promise<void> {
      for (const notifier of notifiers) await notifier.close();
      await store.close();
    },
  };
}

/** The rule of open breakers tells these channels. */
export const breakersTell = (...channels: string[]): ClientMutationInput => ({
  type: "rule.put",
  ruleId: "breaker_open",
  kind: "breaker_open",
  params: {},
  severity: "critical",
  enabled: true,
  channels,
});

/** What opens the breakers of new agents, each with an alert. */
export const openBreakers = (agents: readonly string[], error = "boom"): ClientMutationInput[] =>
  agents.flatMap((agentKey): ClientMutationInput[] => [
    { type: "agent.register", agentKey, breaker: { windowSize: 1, minimumCalls: 1 } },
    { type: "breaker.record", agentKey, success: false, error },
  ]);

/** What closes them again. */
export const closeBreakers = (agents: readonly string[]): ClientMutationInput[] =>
  agents.map((agentKey) => ({ type: "breaker.reset", agentKey, reason: "fixed" }));

/** Names `a1` … `an`. */
export const names = (count: number, prefix = "a"): string[] =>
  Array.from({ length: count }, (_, n) => `${prefix}${n + 1}`);
