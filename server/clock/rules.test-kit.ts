import type { ClientMutationInput } from "../../domain/commit/mutations.ts";
import { readRuleChanges } from "../store/due/rules.ts";
import { commit as commitTo, openStore } from "../store/lane/lane.test-kit.ts";
import { laneDatabase } from "../store/lane/lane-database.ts";
import type { Given } from "../testing/given.ts";

/** A tenant with its own store, whose rules are checked as by the clock. */
export type Watch = Awaited<ReturnType<typeof openWatch>>;

export async function openWatch({ database, tenant }: Given) {
  let store = await openStore(database, tenant);

  return {
    tenant,
    store: () => store,
    commit: (...mutations: ClientMutationInput[]) => commitTo(store, mutations, {}, tenant),
    /**
     * One check of this tenant's rules; returns what it committed, without refreshes of open
     * alerts.
     */
    async check(): Promise<string[]> {
      const due = (await readRuleChanges(laneDatabase(database.pool))).filter((one) => one.tenantId === tenant);
      const by = { id: "system:clock", actor: "system:clock" };
      if (due.length > 0) await store.commit(tenant, by, { mutations: due.map(({ mutation }) => mutation) });
      const news = due.filter(({ mutation }) => mutation.type !== "alert.refresh");
      return news.map(({ mutation }) => `${mutation.type} ${(mutation as { alertId: string }).alertId}`);
    },
    alert: (id: string) => database.prisma.alert.findFirst({ where: { tenantId: tenant, id } }),
    /** As if this much time had passed: the clock reads the database, not the lane's copies. */
    age: (table: string, column: string, id: string, ms: number) =>
      database.pool.query(
        `UPDATE "${table}" SET "${column}" = now() - $3::float8 * interval '1 millisecond' WHERE "tenantId" = $1 AND "id" = $2`,
        [tenant, id, ms],
      ),
    async restart(): Promise<void> {
      await store.close();
      store = await openStore(database, tenant);
    },
    close: () => store.close(),
  };
}

export const ruleOf = (ruleId: string, kind: string, params: object, more: object = {}) =>
  ({ type: "rule.put", ruleId, kind, params, severity: "warning", enabled: true, ...more }) as ClientMutationInput;

export const RUN: ClientMutationInput = { type: "run.create", runId: "r", workflow: "w" };
