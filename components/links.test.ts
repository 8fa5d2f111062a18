import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { expect, test } from "vitest";
import { pathTo } from "../domain/kernel/links.ts";
import { KINDS } from "../domain/rows.ts";

const CONSOLE = path.join(import.meta.dirname, "..", "app", "(console)");

/** The folder of the page that a path leads to, with the dynamic part as the router names it. */
const DYNAMIC: { readonly [folder: string]: string } = {
  runs: "[runId]",
  agents: "[agentKey]",
  queues: "[queue]",
  routing: "[decisionId]",
};

function pageOf(href: string): string {
  const [, first = "", second] = new URL(href, "http://x").pathname.split("/");
  const last = second === undefined ? "" : (DYNAMIC[first] ?? second);
  return path.join(CONSOLE, first, last, "page.tsx");
}

test("every kind of subject leads to a page that exists, whatever its id, or to none", () => {
  const shown = KINDS.flatMap((kind) => {
    const href = pathTo({ kind, id: "a/b ?&#%:@ü" }, "r/1");
    if (href === null) return [];
    expect(existsSync(pageOf(href)), `${kind}: ${href}`).toBe(true);
    return [kind];
  });
  expect(shown).toEqual(
    expect.arrayContaining(
      "run job workstream agent breaker queue alert rule channel approval task session".split(" "),
    ),
  );
});

test("no two things of a kind have one address: each leads to the thing itself, not to its list", () => {
  for (const kind of KINDS) {
    const [one, other] = ["a", "b"].map((id) => pathTo({ kind, id }, "r"));
    if (one !== null && kind !== "workstream") expect(one, kind).not.toBe(other);
  }
});

test("ids are escaped; a job or workstream whose run is not known has no page", () => {
  expect(pathTo({ kind: "job", id: "j/1" }, "r 1")).toBe("/runs/r%201?job=j%2F1");
  expect(pathTo({ kind: "alert", id: "breaker_open:a" })).toBe("/alerts?alert=breaker_open%3Aa");
  expect(pathTo({ kind: "approval", id: "a/1" })).toBe("/approvals?id=a%2F1");
  expect(pathTo({ kind: "session", id: "s/1" })).toBe("/sessions?id=s%2F1");
  expect(pathTo({ kind: "task", id: "t/1" })).toBe("/sessions?tab=tasks&id=t%2F1");
  expect(pathTo({ kind: "delivery", id: "dlv/1" })).toBe("/alerts/channels?delivery=dlv%2F1");
  expect(pathTo({ kind: "job", id: "j" }, null)).toBeNull();
  expect(pathTo({ kind: "workstream", id: "w" })).toBeNull();
  expect(pathTo({ kind: "tenant", id: "log" })).toBeNull();
});

test("the address of a thing is spelt in links.ts only", () => {
  const spelt = /(href=\{|\b(push|replace|go|assign)\()`\/(?!api\/)[^`]*\$\{/;
  const files = [import.meta.dirname, path.join(CONSOLE, "..")]
    .flatMap((folder) => readdirSync(folder, { recursive: true }).map((file) => path.join(folder, String(file))))
    .filter((file) => file.endsWith(".tsx"));
  expect(files.length).toBeGreaterThan(100);
  expect(files.filter((file) => spelt.test(readFileSync(file, "utf8")))).toEqual([]);
});
