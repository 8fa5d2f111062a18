import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { eventsPage } from "../server/docs/events-page.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const SKIPPED = /^(node_modules|dist|test-results|\.(?!github).*)$/;
const DECISIONS = "docs/decisions";

/** All Markdown files of the repository, by their paths. */
function markdown(folder = ""): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED.test(entry.name) ? [] : markdown(path);
    return entry.name.endsWith(".md") ? [path] : [];
  });
}

const textOf = (path: string): string => readFileSync(join(ROOT, path), "utf8");

/** As GitHub makes an anchor of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");

const anchorsOf = (path: string): string[] =>
  [...textOf(path).matchAll(/^#+ +(.+)$/gm)].map(([, heading = ""]) => anchorOf(heading));

test("every link and picture in the docs leads to something that is there", () => {
  const lost = markdown().flatMap((path) =>
    [...textOf(path).matchAll(/\]\(([^()\s]+)\)/g)].flatMap(([, link = ""]) => {
      if (/^[a-z]+:/.test(link)) return [];
      const [target = "", anchor] = link.split("#");
      const file = target === "" ? path : normalize(join(dirname(path), target));
      const there = existsSync(join(ROOT, file));
      const found = there && (anchor === undefined || anchorsOf(file).includes(anchor));
      return found ? [] : [`${path}: ${link}`];
    }),
  );
  expect(lost).toEqual([]);
});

test("docs/events.md lists the events that there are: `npm run docs` writes it anew", () => {
  expect(textOf("docs/events.md")).toBe(eventsPage());
});

test("every decision has a number of its own, a date, a status, and a line in the index", () => {
  const files = readdirSync(join(ROOT, DECISIONS)).filter((name) => /^\d/.test(name));
  const numbers = files.map((name) => name.slice(0, 4));
  expect(numbers).toEqual([...new Set(numbers)]);
  const index = textOf(join(DECISIONS, "README.md"));
  const wrong = files.filter((name) => {
    const [title = "", , line = ""] = textOf(join(DECISIONS, name)).split("\n");
    const dated = /^\*\d{4}-\d{2}-\d{2} · (accepted|superseded by \[\d{4}\]\(\S+\))\*$/.test(line);
    return !(dated && index.includes(`[${name.slice(0, 4)}](${name}) | ${title.replace(/^# (\d{4} · )?/, "")} |`));
  });
  expect(wrong).toEqual([]);
});

test("the tests that hold a requirement are there, under the titles that docs/requirements.md has", () => {
  // Titles are written in code with quotes and escapes, in Markdown without.
  const bare = (text: string): string => text.replace(/[\\`'"]/g, "");
  let file = "";
  const gone = textOf("docs/requirements.md")
    .split("\n")
    .flatMap((line) => {
      file = /^- \[(.+?)\]/.exec(line)?.[1] ?? file;
      const title = /^ {2}- (.+)$/.exec(line)?.[1];
      return title === undefined || bare(textOf(file)).includes(bare(title)) ? [] : [`${file}: ${title}`];
    });
  expect(gone).toEqual([]);
});
