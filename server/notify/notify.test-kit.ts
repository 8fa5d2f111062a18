import { Registry } from "prom-client";
import { expect } from "vitest";
import type { ClientMutationInput, Mutation } from "../../domain/commit/mutations.ts";
import { commit as commitTo, openStore } from "../store/lane/lane.test-kit.ts";
import { laneDatabase } from "../store/lane/lane-database.ts";
import type { LeaderLoop } from "../store/leader-loop.ts";
import type { TestDatabase } from "../testing/database.ts";
import { createGuard } from "./guard.ts";
import { createNotifier, type NotifierDeps } from "./index.ts";

/** A tenant with its own store and any number of senders. */
export type Sender = Awaited<ReturnType<typeof openSender>>;

let tenants = 0;

export async function openSender(database: TestDatabase) {
  tenants += 1;
  const tenant = `sender-${tenants}`;
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
    /** Commits as the clock or the sender would. */
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
    /** Waits until this many deliveries have ended. */
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

/** Makes the rule of open breakers notify these channels. */
export const notifyOnBreakers = (...channels: string[]): ClientMutationInput => ({
  type: "rule.put",
  ruleId: "breaker_open",
  kind: "breaker_open",
  params: {},
  severity: "critical",
  enabled: true,
  channels,
});

/** Mutations that open the breakers of new agents, each with an alert. */
export const openBreakers = (agents: readonly string[], error = "boom"): ClientMutationInput[] =>
  agents.flatMap((agentKey): ClientMutationInput[] => [
    { type: "agent.register", agentKey, breaker: { windowSize: 1, minimumCalls: 1 } },
    { type: "breaker.record", agentKey, success: false, error },
  ]);

/** Mutations that close them again. */
export const closeBreakers = (agents: readonly string[]): ClientMutationInput[] =>
  agents.map((agentKey) => ({ type: "breaker.reset", agentKey, reason: "fixed" }));

/** Names `a1` … `an`. */
export const names = (count: number, prefix = "a"): string[] =>
  Array.from({ length: count }, (_, n) => `${prefix}${n + 1}`);
