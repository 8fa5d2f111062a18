import { describe, expect, it } from "vitest";
import { aRun } from "../runs.test-kit.ts";
import { changesState, changeText, stateOf } from "./state-history.ts";

describe("what changed a run's state", () => {
  it("is in the events of its parts, not in those of its jobs", () => {
    const types = [
      "run.created",
      "context.merged",
      "token.added",
      "scope.cancelled",
      "step.incremented",
      "run.restored",
    ];
    expect(types.every((type) => changesState({ type }))).toBe(true);
    expect(["job.started", "run.transitioned", "x.context.set"].some((type) => changesState({ type }))).toBe(false);
  });

  it("is described in a few words", () => {
    const say = (type: string, payload: object) => changeText({ type, payload: payload as { [key: string]: unknown } });
    expect(say("context.merged", { patch: { a: 1, b: 2, c: 3, d: 4, e: 5 } })).toBe("a, b, c, d and 1 more");
    expect(say("token.updated", { tokenId: "t1", token: { scopeId: null } })).toBe("t1");
    expect(say("scope.entered", { scopeId: "s" })).toBe("s");
    expect(say("step.incremented", { by: 1, stepCount: 4 })).toBe("to 4");
    expect(say("run.restored", { from: { runId: "r", version: 2, seq: 7 } })).toBe("to what it was at 7");
    expect(say("context.set", {})).toBe("");
  });

  it("compares the parts of the state, and nothing of a run that does not exist yet", () => {
    const parts = ["status", "stepCount", "context", "tokens", "scopes", "metadata"];
    expect(Object.keys(stateOf(aRun("r")))).toEqual(parts);
    expect(stateOf(null)).toEqual({});
  });
});
