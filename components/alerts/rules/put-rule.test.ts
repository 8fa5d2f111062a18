import { afterEach, expect, test, vi } from "vitest";
import type { AlertRule } from "../../../domain/alerts/endpoints.ts";
import { withDefaults } from "../../../domain/alerts/rule-defaults.ts";
import { serveRow } from "../../live/if-match.test-kit.ts";
import { changesBetween } from "../../ui/meanwhile-model.ts";
import { meanwhileWords, putRule, removeRule } from "./put-rule.ts";
import { putOf } from "./rule-draft.ts";
import { ruleFacts } from "./rule-facts.ts";

afterEach(() => vi.unstubAllGlobals());

const [stuck] = withDefaults([])
  .filter(({ id }) => id === "stuck")
  .map(({ ruleKind, ...rule }): AlertRule => ({ ...rule, ruleId: rule.id, kind: ruleKind, builtIn: true }));
if (!stuck) throw new Error("there is no rule stuck");
const versionOf = ({ version }: AlertRule) => version;
const changed: AlertRule = {
  ...stuck,
  version: 3,
  severity: "critical",
  params: { noProgressMs: 60_000 },
  channels: ["ops"],
};
const removed: AlertRule = { ...stuck, version: 4, enabled: false, removedAt: "2026-11-21T10:00:00.000Z" };
const mine = putOf(stuck, [], { name: "Mine" });

test("a rule as it was seen is written over it, the one every tenant begins with too", async () => {
  const sent = serveRow([stuck], versionOf);
  expect(await putRule(mine, stuck)).toMatchObject({ done: { ruleId: "stuck" } });
  expect(sent).toEqual([{ method: "PUT", path: "/api/v1/alert-rules/stuck", ifMatch: '"0"', body: mine }]);
});

test("of one that somebody has changed nothing is written, and its form names what they changed", async () => {
  const sent = serveRow([changed], versionOf);
  const written = await putRule(mine, stuck);
  expect(written).toMatchObject({ theirs: { version: 3 } });
  expect(sent).toHaveLength(1);
  expect(
    changesBetween(
      ruleFacts(stuck, String),
      ruleFacts(changed, (id) => `channel ${id}`),
    ),
  ).toEqual([
    { label: "Fires after", was: "30 minutes", is: "1 minute" },
    { label: "Severity", was: "Warning", is: "Critical" },
    {
      label: "Who is notified",
      was: "Notifies nobody: its alerts are in the inbox only.",
      is: "Notifies channel ops at once.",
    },
  ]);
  expect(await putRule(mine, changed)).toMatchObject({ done: { version: 3 } });
});

test("one that was written again just as it was seen is the one that was seen", async () => {
  const sent = serveRow([{ ...stuck, version: 8 }], versionOf);
  expect(await putRule(mine, stuck)).toMatchObject({ done: { version: 8 } });
  expect(sent.map(({ ifMatch }) => ifMatch)).toEqual(['"0"', '"8"']);
});

test("a new one is not written over one that somebody made meanwhile, but in the place of one that is gone", async () => {
  serveRow([changed], versionOf);
  expect(await putRule(mine, null)).toMatchObject({ theirs: { version: 3 } });
  const sent = serveRow([removed], versionOf);
  expect(await putRule(mine, null)).toHaveProperty("done");
  expect(sent.map(({ ifMatch }) => ifMatch)).toEqual(['"0"', '"4"']);
});

test("one that was removed, or changed before it is removed, says so", async () => {
  serveRow([removed], versionOf);
  expect(await putRule(mine, stuck)).toMatchObject({ theirs: { removedAt: removed.removedAt } });
  serveRow([changed], versionOf);
  expect(await removeRule(stuck)).toMatchObject({ theirs: { version: 3 } });
  expect([meanwhileWords(changed), meanwhileWords(removed)]).toEqual([
    "Somebody changed it meanwhile: check it again.",
    "Somebody removed it meanwhile.",
  ]);
});
