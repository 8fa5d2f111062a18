import type { ClientMutationInput } from "../../domain/commit/mutations.ts";
import type { Random } from "./random.ts";
import type { Scene } from "./scene.ts";

const KEYS = ["a", "b", "c"] as const;
const DEEDS = { set: 10, merge: 25, add: 15, update: 10, remove: 5, enter: 12, exit: 6, cancel: 4, step: 8, note: 5 };

/**
 * Changes the execution state of runs that others have started: context, tokens, scopes, steps,
 * metadata; several in one commit.
 */
export async function think({ caller, random, name, known, over, pause }: Scene): Promise<void> {
  while (!over()) {
    const runId = random.pick(known.runs);
    if (runId)
      await caller.commit(
        name,
        Array.from({ length: random.int(1, 4) }, () => thought(random, runId)),
      );
    await pause(random.int(0, 15));
  }
}

function thought(random: Random, runId: string): ClientMutationInput {
  const [tokenId, scopeId] = [`t-${random.pick(KEYS)}`, `s-${random.pick(KEYS)}`];
  const data = { [random.pick(KEYS) as string]: random.chance(0.2) ? null : random.int(0, 9) };
  switch (random.weighed(DEEDS)) {
    case "set":
      return { type: "context.set", runId, context: { ...data, whole: random.int(0, 9) } };
    case "merge":
      return { type: "context.merge", runId, patch: data };
    case "add":
      return { type: "token.add", runId, tokenId, token: { value: data, ...(random.chance(0.4) && { scopeId }) } };
    case "update":
      return { type: "token.update", runId, tokenId, patch: { value: data } };
    case "remove":
      return { type: "token.remove", runId, tokenId };
    case "enter":
      return { type: "scope.enter", runId, scopeId, ...(random.chance(0.4) && { parentId: `s-${random.pick(KEYS)}` }) };
    case "exit":
      return { type: "scope.exit", runId, scopeId };
    case "cancel":
      return { type: "scope.cancel", runId, scopeId, reason: "by chance" };
    case "step":
      return { type: "step.increment", runId };
    case "note":
      return { type: "metadata.set", runId, metadata: data };
  }
}
