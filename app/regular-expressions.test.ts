import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { sourcesOf } from "./sources.test-kit.ts";

/** Rooms whose code reads what callers, agents and addresses bring. */
const ROOMS = [
  "app",
  "components",
  "domain",
  "server/http",
  "server/notify",
  "server/live",
  "client/demo",
  "client/worker/summaries",
];
const LENGTH = 30_000;
/**
 * What grows with the square of that takes tens of seconds on a busy machine, what grows with it a
 * few milliseconds.
 */
const MOST_MS = 1_500;

const LITERAL =
  /(?<=[(=,:?!&|[]\s*|\breturn\s|=>\s)\/(?![/*])((?:\\.|\[(?:\\.|[^\]\n])*\]|[^/\\\n[])+)\/([dgimsuvy]*)(?=\s*[.,;)\]\n])/g;

function* literals(): Generator<{ where: string; regex: RegExp }> {
  for (const room of ROOMS) {
    for (const file of sourcesOf(room)) {
      for (const [text, source = "", flags = ""] of readFileSync(file, "utf8").matchAll(LITERAL)) {
        const global = flags.includes("g") || flags.includes("y") ? flags : `${flags}g`;
        yield { where: `${file}: ${text}`, regex: new RegExp(source, global) };
      }
    }
  }
}

/**
 * Texts that a pattern may take long over: each character it names, and what its classes stand for,
 * again and again.
 */
function worstFor(regex: RegExp): string[] {
  const named = new Set(regex.source.replace(/\\./g, "").replace(/[[\](){}|^$*+?]/g, ""));
  const units = [
    ...named,
    " ",
    "\n",
    "\r",
    "\t",
    "a",
    "A",
    "0",
    "a0",
    "a ",
    "0 ",
    "1, ",
    ".",
    "-",
    "_",
    "/",
    "\u001b[",
  ];
  return [...new Set(units)].flatMap((unit) => {
    const body = unit.repeat(LENGTH / unit.length);
    return [body, `${body}!`, `x${body}y`];
  });
}

it("every regular expression takes time that grows with the text alone", () => {
  const slow: string[] = [];
  let count = 0;
  for (const { where, regex } of literals()) {
    count += 1;
    for (const text of worstFor(regex)) {
      const started = performance.now();
      text.replace(regex, "");
      const took = performance.now() - started;
      if (took > MOST_MS) slow.push(`${where} took ${Math.round(took)} ms over ${JSON.stringify(text.slice(0, 12))}…`);
    }
  }
  expect(slow).toEqual([]);
  // The search itself finds them.
  expect(count).toBeGreaterThan(60);
}, 300_000);
