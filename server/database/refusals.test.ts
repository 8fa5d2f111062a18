import { Registry } from "prom-client";
import { expect, test } from "vitest";
import { createRefusals } from "./refusals.ts";

test("each kind of refusal is logged once in a while with its cause, and every one is counted", async () => {
  const registry = new Registry();
  const lines: object[] = [];
  const log = { warn: (facts: object, message: string) => void lines.push({ ...facts, line: message }) };
  const report = createRefusals({ registry, log });
  for (let n = 0; n < 50; n++) report({ code: "53100", message: "could not extend file: No space left on device" });
  report({ code: "42P05", message: 'prepared statement "lane_1" already exists' });
  report({ code: "57014", message: "canceling statement due to user request" });
  expect(lines).toMatchObject([
    {
      code: "53100",
      reason: "full",
      message: "could not extend file: No space left on device",
      line: "a statement was refused: the database has no room left on its disk",
    },
    { code: "42P05", reason: "pooled", line: expect.stringContaining("must pool sessions") },
  ]);
  const text = await registry.metrics();
  expect(text).toContain('switchyard_database_errors_total{code="53100"} 50');
  expect(text).toContain('switchyard_database_errors_total{code="57014"} 1');
});

test("a kind that goes on says how often it was left out meanwhile", () => {
  const lines: object[] = [];
  const log = { warn: (facts: object) => void lines.push(facts) };
  const report = createRefusals({ registry: new Registry(), log, quietMs: 0 });
  report({ code: "53100", message: "full" });
  report({ code: "53100", message: "full" });
  expect(lines).toHaveLength(2);
});
