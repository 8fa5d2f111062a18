import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ALERT_MOVES, APPROVAL_MOVES, RUN_MOVES, SESSION_MOVES, TASK_MOVES, WORKSTREAM_MOVES } from "./statuses.ts";

const architecture = readFileSync(new URL("../../docs/architecture.md", import.meta.url), "utf8");

/** The moves that the drawing below a heading has. */
function drawn(heading: string): string[] {
  const section = architecture.split(`### ${heading}\n`)[1]?.split("\n###")[0] ?? "";
  return [...section.matchAll(/^ {2}(\w+) --> (\w+)/gm)].map(([, from, to]) => `${from} → ${to}`);
}

test.each([
  ["Run", RUN_MOVES],
  ["Workstream", WORKSTREAM_MOVES],
  ["Session", SESSION_MOVES],
  ["Task", TASK_MOVES],
  ["Approval", APPROVAL_MOVES],
  ["Alert", ALERT_MOVES],
] as const)("the drawing of the lifecycle in docs/architecture.md is the table's: %s", (heading, moves) => {
  const legal = Object.entries(moves).flatMap(([from, to]: [string, readonly string[]]) =>
    to.map((one) => `${from} → ${one}`),
  );
  expect(drawn(heading)).toEqual(legal);
});
