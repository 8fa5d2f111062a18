import type { ClientMutationInput } from "../../domain/commit/mutations.ts";
import { AGENTS, type Scene } from "./scene.ts";

const FLAKY = ["flaky-0", "flaky-1", "flaky-2"] as const;
const DEEDS = { record: 60, acquire: 20, hold: 8, reset: 4, register: 8 };

/** Small windows and short waits, so that breakers move all the time. */
const QUICK = {
  windowSize: 4,
  minimumCalls: 2,
  failureRateThreshold: 0.5,
  openMs: 250,
  permittedTrials: 2,
  trialTimeoutMs: 300,
};

/** Registers the agents that work, with breakers that forgive soon. */
export function registerAgents(): ClientMutationInput[] {
  return [
    ...AGENTS.map((agentKey) => ({ type: "agent.register" as const, agentKey, capacity: 50, breaker: QUICK })),
    ...FLAKY.map((agentKey) => ({ type: "agent.register" as const, agentKey, breaker: QUICK })),
  ];
}

/** Makes calls outside the queue, half of which fail, and holds breakers open for a moment. */
export async function strainBreakers({ caller, random, name, over, pause }: Scene): Promise<void> {
  const permits: { agentKey: string; permitId: string }[] = [];
  while (!over()) {
    const agentKey = random.pick(FLAKY) as string;
    const success = random.chance(0.5);
    const call = { success, durationMs: random.int(1, 400), ...(!success && { error: "by chance" }) };
    const mutation = ((): ClientMutationInput => {
      switch (random.weighed(DEEDS)) {
        case "record": {
          const permit = permits.pop();
          return { type: "breaker.record", agentKey, ...call, ...permit };
        }
        case "acquire":
          return { type: "breaker.acquire", agentKey };
        case "hold": {
          const expiresAt = new Date(Date.now() + random.int(100, 900)).toISOString();
          return { type: "breaker.override", agentKey, state: "forced_open", reason: "by chance", expiresAt };
        }
        case "reset":
          return { type: "breaker.reset", agentKey, reason: "by chance" };
        case "register":
          return { type: "agent.register", agentKey, breaker: { ...QUICK, openMs: random.int(150, 600) } };
      }
    })();
    const sent = await caller.commit(name, [mutation]);
    const [yielded] = sent.receipt?.results ?? [];
    if (mutation.type === "breaker.acquire") {
      const { permitId } = (yielded ?? {}) as { permitId?: string | null };
      if (permitId) permits.push({ agentKey, permitId });
    }
    await pause(random.int(0, 20));
  }
}
