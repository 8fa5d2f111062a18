import { afterAll, beforeAll, expect, test } from "vitest";
import type { ClientMutationInput } from "../../domain/commit/mutations.ts";
import { createDatabase, type Database } from "../database/client.ts";
import { createTestDatabase, type TestDatabase } from "../testing/database.ts";
import { commit, openStore } from "./lane/lane.test-kit.ts";

let database: TestDatabase;
let own: Database;
beforeAll(async () => {
  database = await createTestDatabase();
  own = createDatabase(database.url, { max: 6 });
});
afterAll(async () => {
  await own.close();
  await database.drop();
});

const register = (agentKey: string, permittedTrials: number): ClientMutationInput => ({
  type: "agent.register",
  agentKey,
  capabilities: ["go"],
  capacity: 100,
  breaker: { windowSize: 1, minimumCalls: 1, openMs: 1, permittedTrials, trialTimeoutMs: 600_000 },
});

const decide: ClientMutationInput = {
  type: "routing.decide",
  taskId: "t",
  taskType: "review",
  requiredCapability: "go",
};

test("two servers that decide at once give out no more trials than a half-open breaker has", async () => {
  const nodes = [await openStore(own), await openStore(own)] as const;
  try {
    await commit(nodes[0], [register("a", 3), { type: "breaker.record", agentKey: "a", success: false }]);
    await expect
      .poll(
        async () =>
          (await own.prisma.$queryRaw<{ over: boolean }[]>`SELECT now() > "resetAt" AS "over" FROM "Breaker"`)[0]?.over,
      )
      .toBe(true);
    const asked = Array.from({ length: 40 }, (_, index) =>
      commit(nodes[index % 2 === 0 ? 0 : 1], [decide]).then(
        () => "decided",
        (error: { errors?: { code: string }[] }) => error.errors?.[0]?.code,
      ),
    );
    const answers = await Promise.all(asked);
    expect(answers.filter((answer) => answer === "decided")).toHaveLength(3);
    expect(answers.filter((answer) => answer === "no_agent")).toHaveLength(37);
    const { row } = (await nodes[0].read("t1", "breaker", "a")) as { row: { state: string; trials: unknown[] } };
    expect(row).toMatchObject({ state: "half_open", trials: [{}, {}, {}] });
  } finally {
    await Promise.all(nodes.map((node) => node.close()));
  }
});

test("over a thousand blocked agents do not hide the one that is available", async () => {
  const store = await openStore(own, "t4");
  try {
    await commit(store, [register("well", 1)], {}, "t4");
    for (const part of ["a", "b", "c"]) {
      const keys = Array.from({ length: 400 }, (_, index) => `${part}${index}`);
      const open = (agentKey: string): ClientMutationInput => ({
        type: "breaker.override",
        agentKey,
        state: "forced_open",
        reason: "away",
      });
      await commit(store, [...keys.map((key) => register(key, 1)), ...keys.map(open)], {}, "t4");
    }
    await commit(store, [decide], {}, "t4");
    const [found] = await own.prisma.routingDecision.findMany({ where: { tenantId: "t4" } });
    expect(found?.selectedAgent).toBe("well");
  } finally {
    await store.close();
  }
});

test("a decision sees the agents of its own commit, those of another server, and the figures of the last hours", async () => {
  const nodes = [await openStore(own, "t2"), await openStore(own, "t2")] as const;
  try {
    const first = await commit(nodes[0], [register("a", 1), decide], {}, "t2");
    const outcomes = (success: boolean): ClientMutationInput => ({
      type: "routing.record",
      taskId: "t",
      taskType: "review",
      selectedAgent: "b",
      success,
    });
    await commit(
      nodes[1],
      [
        register("b", 1),
        { type: "breaker.override", agentKey: "b", state: "disabled", reason: "test" },
        ...Array.from({ length: 25 }, () => outcomes(true)),
      ],
      {},
      "t2",
    );
    const second = await commit(nodes[0], [decide], {}, "t2");
    const ids = [first.receipt.results[1], second.receipt.results[0]] as { id: string }[];
    const rows = await own.prisma.routingDecision.findMany({
      where: { tenantId: "t2", id: { in: ids.map(({ id }) => id) } },
    });
    const of = (id: string | undefined) => rows.find((row) => row.id === id);
    expect(of(ids[0]?.id)).toMatchObject({ selectedAgent: "a", candidates: [{ agentKey: "a" }] });
    expect(of(ids[1]?.id)).toMatchObject({
      selectedAgent: "b",
      candidates: [{ agentKey: "b", parts: { sample: 25, basis: "task_type" } }, { agentKey: "a" }],
    });
  } finally {
    await Promise.all(nodes.map((node) => node.close()));
  }
});

test("a commit about hundreds of agents is loaded in a few steps, and so is a decision between them", async () => {
  const node = await openStore(own, "t3");
  try {
    const agents = Array.from({ length: 250 }, (_, index) => `a${index}`);
    await commit(
      node,
      agents.map((agentKey) => register(agentKey, 1)),
      {},
      "t3",
    );
    const outcomes = agents.map(
      (selectedAgent): ClientMutationInput => ({
        type: "routing.record",
        taskId: "t",
        taskType: "review",
        selectedAgent,
        success: true,
      }),
    );
    await commit(node, outcomes, {}, "t3");
    await commit(
      node,
      agents.map((agentKey) => ({ type: "breaker.record", agentKey, success: true })),
      {},
      "t3",
    );
    const cold = await openStore(own, "t3");
    const { receipt } = await commit(cold, [decide], {}, "t3");
    await cold.close();
    const [{ id }] = receipt.results as [{ id: string }];
    const row = await own.prisma.routingDecision.findUniqueOrThrow({ where: { tenantId_id: { tenantId: "t3", id } } });
    expect(row).toMatchObject({ selectedAgent: "a0", candidates: { length: 100 } });
    const counted = await own.prisma.statistics.aggregate({ where: { tenantId: "t3" }, _sum: { total: true } });
    expect(counted._sum.total).toBe(500);
  } finally {
    await node.close();
  }
});
