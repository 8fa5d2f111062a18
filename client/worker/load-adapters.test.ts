import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runWith } from "./adapter.test-kit.ts";
import type { Adapter } from "./adapter.ts";
import { type Listed, loadAdapters } from "./load-adapters.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "switchyard-adapters-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const put = async (name: string, text: string) => {
  await writeFile(join(folder, name), text);
  return join(folder, name);
};

async function load(files: string[], from?: string): Promise<Listed[]> {
  const loaded = await loadAdapters(files, from);
  if ("faults" in loaded) throw new Error(loaded.faults.join("\n"));
  return loaded.adapters;
}

const faults = async (...files: string[]) => {
  const loaded = await loadAdapters(files, undefined);
  return "faults" in loaded ? loaded.faults.map((fault) => fault.replace(`${folder}/`, "")) : [];
};

const ECHO = `export default { name: "echo", about: "says it", run: (job, context) => context.run({ argv: ["echo", job.input.say] }) };`;

describe("adapters in files of one's own", () => {
  test("without any there are the built-in ones", async () => {
    const listed = await load([]);
    expect(listed.map(({ adapter }) => adapter.name)).toEqual(["shell", "tests", "git", "aider", "codex", "claude"]);
    expect(listed.every(({ adapter, source }) => source === "built in" && adapter.about)).toBe(true);
  });

  test("an adapter of a few lines runs, and imports nothing", async () => {
    const path = await put("echo.mjs", ECHO);
    const echo = (await load([path])).at(-1);
    expect(echo).toMatchObject({ source: path, adapter: { name: "echo", about: "says it" } });
    if (!echo) throw new Error("not loaded");
    expect(await runWith(echo.adapter, { say: "hello" })).toMatchObject({
      outcome: { exitCode: 0 },
      stdout: "hello\n",
    });
  });

  test("a template is data: JSON will do", async () => {
    const path = await put("cat.json", `[{ "name": "cat", "argv": ["cat"], "prompt": "stdin" }]`);
    const cat = (await load([path])).at(-1);
    if (!cat) throw new Error("not loaded");
    expect((await runWith(cat.adapter, { prompt: "purr" })).stdout).toBe("purr");
  });

  test("a folder's files are taken too, one that replaces a built-in one among them, and other files left alone", async () => {
    await put("echo.mjs", ECHO);
    await put(
      "mine.ts",
      `const name: string = "claude"; export default { name, argv: ["my-claude"], prompt: "stdin" };`,
    );
    await put("README.md", "not an adapter");
    await put("types.d.ts", "export {};");
    await mkdir(join(folder, "more"));
    const listed = await load([join(folder, "echo.mjs")], folder);
    expect(listed.map(({ adapter }) => adapter.name)).toEqual([
      "shell",
      "tests",
      "git",
      "aider",
      "codex",
      "claude",
      "echo",
    ]);
    expect(listed.find(({ adapter }) => adapter.name === "claude")?.source).toBe(join(folder, "mine.ts"));
  });

  test("the examples in docs/adapters.md work as they stand", async () => {
    const docs = await readFile(new URL("../../docs/adapters.md", import.meta.url), "utf8");
    const [, template = ""] = /```json\n([^`]*)```/.exec(docs) ?? [];
    const [, code = ""] = /```js\n(.*?)\n```/s.exec(docs) ?? [];
    const listed = await load([await put("reviewer.json", template), await put("disk.mjs", code)]);
    const [reviewer, disk] = listed.slice(-2).map(({ adapter }) => adapter) as [Adapter, Adapter];
    await put("our-agent", `#!/bin/sh\necho "$OUR_AGENT_MODE: $*"`);
    await chmod(join(folder, "our-agent"), 0o755);
    const env = { PATH: `${folder}:${process.env.PATH}` };
    const review = await runWith(reviewer, { prompt: "-x", args: ["--fast"], env, cwd: folder });
    expect(review.stdout).toBe("strict: review --no-input --fast -- -x\n");
    const fits = await runWith(disk, { folder });
    expect(fits.outcome).toEqual({ exitCode: 0, result: { kilobytes: expect.any(Number) } });
    expect(fits.stdout).toContain(folder);
    expect((await runWith(disk, { folder, maxKilobytes: 1 })).outcome.error?.code).toBe("too_big");
    expect((await runWith(disk, {})).outcome).toMatchObject({ error: { code: "bad_input" }, retryable: false });
  });

  test("every fault is reported at once, with its file", async () => {
    const paths = await Promise.all([
      put("empty.mjs", "export const x = 1;"),
      put("number.json", "7"),
      put("broken.json", "{"),
      put("run.mjs", `export default { name: "x", run: 7 };`),
      put("nameless.mjs", "export default { run() {} };"),
      put(
        "template.json",
        `{ "name": " ", "argv": [], "prompt": "mail", "colour": 1, "env": { "A": 1 }, "timeoutMs": 0, "ignore": "x", "about": 1 }`,
      ),
      put("places.json", `[{ "name": "x", "argv": ["x"], "prompt": "arg" }]`),
      put("stdin.json", `[{ "name": "x", "argv": ["x", "{prompt}"], "prompt": "stdin" }]`),
      put("file.json", `[{ "name": "x", "argv": ["x"], "prompt": "file" }]`),
      put("adapter.py", ""),
    ]);
    expect(await faults(...paths, join(folder, "missing.mjs"))).toEqual([
      "empty.mjs: it has no default export",
      "number.json: an adapter or a template is an object",
      expect.stringMatching(/^broken.json: /),
      "run.mjs: `run` must be a function",
      "nameless.mjs: `name` must be 1-200 characters",
      "template.json: unknown fields: colour; `name` must be 1-200 characters; `about` must be a string; `argv` must be a list of strings, at least one; `prompt` must be arg, stdin or file; `env` must be an object of strings; `timeoutMs` must be a whole number; `ignore` must be a list of strings",
      "places.json: `argv` must hold {prompt} if `prompt` is arg, and only then",
      "stdin.json: `argv` must hold {prompt} if `prompt` is arg, and only then",
      "file.json: `argv` must hold {promptFile} if `prompt` is file, and only then",
      "adapter.py: an adapter's file ends in .mjs, .js, .ts, .json",
      expect.stringMatching(/^missing.mjs: /),
    ]);
  });

  test("two files must not give the same name; a folder that is not there is a fault", async () => {
    const [one, two] = [await put("one.mjs", ECHO), await put("two.mjs", ECHO)];
    expect(await faults(one, two)).toEqual([`two.mjs: echo is in ${one} as well`]);
    expect(await loadAdapters([], "/nowhere")).toEqual({
      faults: [expect.stringMatching(/^SWITCHYARD_ADAPTERS: .*ENOENT/)],
    });
  });
});
