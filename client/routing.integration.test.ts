import { afterAll, beforeAll, expect, test } from "vitest";
import { type RealServer, startRealServer } from "./real-server.test-kit.ts";
import { RoutingFailed } from "./routing.ts";

let server: RealServer;
beforeAll(async () => {
  server = await startRealServer();
  await server.client.commit(
    ["a", "b", "c"].map((agentKey) => ({
      type: "agent.register" as const,
      agentKey,
      capabilities: ["go"],
      capacity: 2,
      breaker: { windowSize: 1000, minimumCalls: 1000 },
    })),
  );
});
afterAll(() => server.close());

const task = (taskId: string) => ({ taskId, taskType: "review", requiredCapability: "go" });
const decisionsOf = async (taskId: string) => (await server.client.listDecisions({ taskId })).items.reverse();

test("a task goes to the best agent, falls back to the next on failure, and all of it is on record", async () => {
  const { client } = server;
  const asked: string[] = [];
  const done = await client.routeTaskWithFallback(task("t1"), (agentKey) => {
    asked.push(agentKey);
    if (asked.length < 3) throw new Error(`${agentKey} broke`);
    return { by: agentKey };
  });
  expect(asked).toEqual(["a", "b", "c"]);
  expect(done).toMatchObject({ agentKey: "c", result: { by: "c" }, decision: { retryAttempts: 2 } });
  expect(done.tries.map(({ decision }) => decision.selectedAgent)).toEqual(["a", "b"]);
  const decisions = await decisionsOf("t1");
  expect(decisions).toMatchObject([
    { selectedAgent: "a", success: false, errorMessage: "a broke", retryAttempts: 0, fallbackOf: null },
    { selectedAgent: "b", success: false, errorMessage: "b broke", retryAttempts: 1 },
    { selectedAgent: "c", success: true, retryAttempts: 2, fallbackOf: decisions[1]?.decisionId },
  ]);
  const explained = await client.getDecision(String(decisions[0]?.decisionId));
  expect(explained.explanation.fallbacks.map((one) => one.selectedAgent)).toEqual(["b", "c"]);
  expect((await client.getAgent("c")).statistics).toMatchObject({ total: 1, successful: 1 });
  expect((await client.getAgent("a")).statistics).toMatchObject({ total: 1, failed: 1 });
});

test("it fails when nobody is left, after as many tries as it may, and at once when trying again is of no use", async () => {
  const { client } = server;
  const broken = new Error("broken");
  const all = client.routeTaskWithFallback(task("t2"), () => Promise.reject(broken));
  const failed = await all.catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(RoutingFailed);
  expect(failed).toMatchObject({ taskId: "t2", cause: broken, tries: [{ error: broken }, {}, {}] });
  const two = client.routeTaskWithFallback({ ...task("t3"), maxAttempts: 2 }, () => Promise.reject(broken));
  await expect(two).rejects.toMatchObject({ tries: [{}, {}] });
  const hopeless = Object.assign(new Error("no such repository"), { retryable: false });
  await expect(client.routeTaskWithFallback(task("t4"), () => Promise.reject(hopeless))).rejects.toMatchObject({
    tries: [{ error: hopeless }],
  });
  expect((await Promise.all(["t2", "t3", "t4"].map(decisionsOf))).map((found) => found.length)).toEqual([3, 2, 1]);
  for (const decision of await decisionsOf("t2")) expect(decision.success).toBe(false);
});

test("without an agent to take it, it says why; a caller that gives up reports no outcome", async () => {
  const { client } = server;
  const nobody = client.routeTaskWithFallback({ ...task("t5"), requiredCapability: "cobol" }, () => 1);
  await expect(nobody).rejects.toMatchObject({
    status: 409,
    code: "no_agent",
    body: {
      candidates: expect.arrayContaining([expect.objectContaining({ excluded: "capability cobol is missing" })]),
    },
  });
  const given = new AbortController();
  const givenUp = client.routeTaskWithFallback({ ...task("t6"), signal: given.signal }, async (_agent, { signal }) => {
    given.abort(new Error("enough"));
    signal?.throwIfAborted();
  });
  await expect(givenUp).rejects.toThrow("enough");
  expect(await decisionsOf("t6")).toMatchObject([{ success: null }]);
});
