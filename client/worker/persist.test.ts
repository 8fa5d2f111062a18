import { expect, test } from "vitest";
import type { Receipt } from "../../domain/kernel/receipt.ts";
import { SwitchyardError } from "../core/problem.ts";
import type { CommitOptions } from "../types.ts";
import { persist } from "./persist.ts";

const append = [{ type: "event.append", eventType: "x.test" } as const];
const going = new AbortController().signal;

test("a server that fails for a moment gets the report again, under the same Idempotency-Key", async () => {
  const keys: (string | undefined)[] = [];
  const commit = async (_mutations: unknown, options?: CommitOptions) => {
    keys.push(options?.idempotencyKey);
    if (keys.length < 3) throw new SwitchyardError(500, "internal", "Something went wrong on the server.");
    return {} as Receipt;
  };
  await persist({ commit }, append, going);
  expect(keys).toHaveLength(3);
  expect(new Set(keys).size).toBe(1);
});

test("a refusal is final", async () => {
  let tries = 0;
  const commit = () => {
    tries += 1;
    return Promise.reject(new SwitchyardError(422, "commit_refused", "no"));
  };
  await expect(persist({ commit }, append, going)).rejects.toMatchObject({ code: "commit_refused" });
  expect(tries).toBe(1);
});

test("it ends with its signal", async () => {
  const controller = new AbortController();
  const commit = () => {
    controller.abort(new Error("enough"));
    return Promise.reject(new SwitchyardError(500, "internal", "no"));
  };
  await expect(persist({ commit }, append, controller.signal)).rejects.toThrow("enough");
});
