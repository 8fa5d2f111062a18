import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { isAlive } from "./database/processes.ts";
import { eventually } from "./testing/eventually.ts";

// A checkout of its own in which npm, prisma and next are small programs that note that they ran.
const PROJECT = path.dirname(import.meta.dirname);
let root: string;
const at = (...parts: string[]) => path.join(root, ...parts);
/** The folders that hold a build of the console. */
const builds = () => readdirSync(root).filter((entry) => entry.startsWith(".next-"));
const ran = () => (existsSync(at("ran")) ? readFileSync(at("ran"), "utf8").trim().split("\n") : []);

function write(file: string, text: string): void {
  mkdirSync(path.dirname(at(file)), { recursive: true });
  writeFileSync(at(file), text);
}

/**
 * A program that notes its name and makes its product, or fails while a file `<name>.fails` exists.
 */
function tool(file: string, name: string, product: string): void {
  const steps = [
    'const fs = require("node:fs"), path = require("node:path");',
    `fs.appendFileSync("ran", ${JSON.stringify(`${name}\n`)});`,
    `if (fs.existsSync("${name}.hangs")) { fs.writeFileSync("${name}.pid", String(process.pid)); setInterval(() => {}, 1000); }`,
    `else if (fs.existsSync("${name}.fails")) { console.error(fs.readFileSync("${name}.fails", "utf8")); process.exit(1); }`,
    `else { fs.mkdirSync(path.dirname("${product}"), { recursive: true }); fs.writeFileSync("${product}", "${name}"); }`,
  ];
  write(file, steps.join("\n"));
}

const LOCK_FILE = JSON.stringify({ packages: { "": {}, "node_modules/esbuild": { version: "1" } } });

beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), "switchyard-start-"));
  const folder = root;
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const file of ["start.mjs", "start-lock.mjs", "build.mjs"])
    cpSync(path.join(import.meta.dirname, file), at("server", file), { recursive: true });
  write("package.json", '{ "type": "module" }');
  write("package-lock.json", LOCK_FILE);
  write("node_modules/.package-lock.json", LOCK_FILE);
  write("prisma/schema.prisma", "model A");
  write("app/page.tsx", "page");
  write(
    "server/main.ts",
    'process.on("SIGTERM", () => process.exit(7)); setInterval(() => {}, 1000); console.log("serving " + process.pid);',
  );
  tool("node_modules/prisma/build/index.js", "prisma", "server/database/generated/client.ts");
  tool("node_modules/next/dist/bin/next", "next", ".next/BUILD_ID");
  tool("fake/npm-cli.js", "npm", "node_modules/.package-lock.json");
  for (const name of ["prisma", "next", "../fake"]) write(`node_modules/${name}/package.json`, "{}");
  symlinkSync(path.join(PROJECT, "node_modules", "esbuild"), at("node_modules", "esbuild"));
});

interface Run {
  child: ChildProcess;
  code: Promise<number | null>;
  said: () => string;
}

function launch(args: string[] = [], as: { uid?: number; gid?: number } = {}): Run {
  // Only root can start it as another user; anybody else already is one that the folder can be
  // closed to.
  const user = process.getuid?.() === 0 ? as : {};
  const child = spawn(process.execPath, [at("server/start.mjs"), ...args], {
    ...user,
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
    env: { NODE_ENV: "production", npm_execpath: at("fake/npm-cli.js") },
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  let text = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      text += chunk.toString();
    });
  }
  return { child, code: once(child, "close").then(([code]) => code as number | null), said: () => text };
}

const serves = (run: Run) => eventually(() => expect(run.said()).toContain("serving"));

async function build(...args: string[]): Promise<string> {
  const run = launch(args.length > 0 ? args : ["--build"]);
  expect(await run.code, run.said()).toBe(0);
  return run.said();
}

test("the first start makes everything, the second nothing, and the server runs in the same process", async () => {
  const first = launch();
  await serves(first);
  expect(ran()).toEqual(["prisma", "next"]);
  expect(first.said()).toContain(`serving ${first.child.pid}`);
  first.child.kill("SIGTERM");
  expect(await first.code).toBe(7);

  const second = launch();
  await serves(second);
  expect(ran()).toEqual(["prisma", "next"]);
  expect(second.said()).toBe(`serving ${second.child.pid}\n`);
});

test("only what changed is made again, and tests are no part of it", async () => {
  await build();
  write("app/page.tsx", "another page");
  await build();
  expect(ran()).toEqual(["prisma", "next", "next"]);
  write("prisma/schema.prisma", "model B");
  await build();
  expect(ran()).toEqual(["prisma", "next", "next", "prisma"]);
  write("app/page.test.tsx", "a test");
  write("server/main.ts", 'console.log("serving anew")');
  expect(await build()).toContain("Building the server");
  expect(ran()).toHaveLength(4);
  for (const folder of builds()) rmSync(at(folder), { recursive: true });
  await build();
  expect(ran()).toEqual(["prisma", "next", "next", "prisma", "next"]);
});

test("a step that fails shows its output, ends with a code, and is tried again", async () => {
  write("next.fails", "Type error in page.tsx");
  const run = launch(["--build"]);
  expect(await run.code).toBe(1);
  expect(run.said()).toContain("Type error in page.tsx");
  expect(run.said()).toContain("This step failed (code 1)");
  expect(run.said()).not.toContain("at ");
  rmSync(at("next.fails"));
  await build();
  expect(ran()).toEqual(["prisma", "next", "next"]);
});

test("a fault in the server's source is shown with its place", async () => {
  write("server/main.ts", "const = 1;");
  const run = launch(["--build"]);
  expect(await run.code).toBe(1);
  expect(run.said()).toMatch(/main\.ts:1:6/);
});

test("two starts at once build once", async () => {
  const runs = [launch(["--build"]), launch(["--build"]), launch(["--build"])];
  for (const run of runs) expect(await run.code, run.said()).toBe(0);
  expect(ran()).toEqual(["prisma", "next"]);
});

test("the lock of a start that was killed is taken over", async () => {
  write("next.hangs", "");
  const first = launch(["--build"]);
  const pid = await eventually(() => Number(readFileSync(at("next.pid"), "utf8")));
  onTestFinished(() => void process.kill(pid, "SIGKILL"));
  first.child.kill("SIGKILL");
  await once(first.child, "exit");
  rmSync(at("next.hangs"));
  await build();
});

test("SIGTERM during a build ends it and frees the folder", async () => {
  write("next.hangs", "");
  const first = launch();
  await eventually(() => expect(ran()).toContain("next"));
  first.child.kill("SIGTERM");
  expect(await first.code).toBe(143);
  rmSync(at("next.hangs"));
  await build();
});

test("SIGTERM to the shell that npm runs it in stops the server", async () => {
  await build();
  const script = `"${process.execPath}" server/start.mjs; true`;
  const shell = spawn("/bin/sh", ["-c", script], {
    cwd: root,
    stdio: ["ignore", "pipe", "ignore"],
    env: { NODE_ENV: "production", npm_lifecycle_event: "start" },
  });
  const [said] = (await once(shell.stdout, "data")) as [Buffer];
  const server = Number(said.toString().replace("serving ", ""));
  onTestFinished(() => void (isAlive(server) && process.kill(server, "SIGKILL")));
  shell.kill("SIGTERM");
  await eventually(() => expect(isAlive(server)).toBe(false));
});

test("where nothing is to be built nothing is written, and where something is one line says who must do it", async () => {
  const other = { uid: 65_534, gid: 65_534 };
  chmodSync(root, 0o755);
  await build();
  chmodSync(at("dist"), 0o555);
  const first = launch([], other);
  await serves(first);
  expect(first.said()).toBe(`serving ${first.child.pid}\n`);
  first.child.kill("SIGTERM");
  await first.code;
  expect(readdirSync(at("dist")).sort()).toEqual(["server.mjs", "server.mjs.map", "stamps.json"]);

  write("server/main.ts", 'console.log("serving anew")');
  const second = launch([], other);
  expect(await second.code).toBe(1);
  expect(second.said().trim().split("\n")).toHaveLength(1);
  expect(second.said()).toContain("node server/start.mjs --build");
});

test("a new build leaves alone the one that a server reads from, and clears away those that nobody does", async () => {
  const serving = launch([]);
  await serves(serving);
  const [first] = builds();
  write("app/page.tsx", "another page");
  await build();
  expect(builds()).toHaveLength(2);
  expect(builds()).toContain(first);
  serving.child.kill("SIGKILL");
  await serving.code;
  write("app/page.tsx", "a third page");
  await build();
  expect(builds()).toHaveLength(1);
  expect(builds()).not.toContain(first);
});

test.runIf(process.getuid?.() === 0)(
  "a user without a name, so without a home, is given one to install in",
  async () => {
    write("fake/npm-cli.js", 'require("node:fs").writeFileSync("home", require("node:os").homedir())');
    rmSync(at("node_modules/.package-lock.json"));
    // This repository may lie where only root can look.
    rmSync(at("node_modules/esbuild"));
    for (const name of ["esbuild", "@esbuild"])
      cpSync(path.join(PROJECT, "node_modules", name), at("node_modules", name), { recursive: true });
    execFileSync("chown", ["-R", "4242424:4242424", root]);
    const run = launch([], { uid: 4_242_424, gid: 4_242_424 });
    await serves(run);
    expect(readFileSync(at("home"), "utf8")).toBe(at("dist", "home"));
  },
);

test("a folder whose path nothing can be built under is refused in one line before anything is done", async () => {
  const plain = root;
  root = `${plain}#1`;
  renameSync(plain, root);
  onTestFinished(() => rmSync(`${plain}#1`, { recursive: true, force: true }));
  const run = launch();
  expect(await run.code).toBe(1);
  expect(run.said().trim().split("\n")).toHaveLength(1);
  expect(run.said()).toContain("its path has a # or ?");
  expect(ran()).toEqual([]);
});

test("packages are installed when they are missing or not those of the lock file", async () => {
  await build("--install");
  expect(ran()).toEqual(["prisma"]);
  write("package-lock.json", LOCK_FILE.replace('"1"', '"2"'));
  expect(await build("--install")).toContain("Installing packages");
  rmSync(at("node_modules/.package-lock.json"));
  await build("--install");
  expect(ran().filter((name) => name === "npm")).toHaveLength(2);
});

test("packages of other platforms are not missed, those for development only where they are needed", async () => {
  const packages = {
    "node_modules/a": { version: "1", optional: true },
    "node_modules/b": { version: "1", dev: true },
  };
  write("package-lock.json", JSON.stringify({ packages }));
  await build();
  expect(ran()).not.toContain("npm");
  await build("--install");
  expect(ran()).toContain("npm");
});

test("a Node that is too old, or of a line that is not supported, is refused in one line", async () => {
  const script = readFileSync(at("server/start.mjs"), "utf8");
  write("server/start.mjs", script.replace(/const NODES = \[[^;]*\];/, "const NODES = [[99, 1], [101, 0]];"));
  const run = launch();
  expect(await run.code).toBe(1);
  expect(run.said()).toBe(
    `Switchyard needs Node 99.1, 101 or newer of these lines; this is ${process.versions.node}.\n`,
  );
  expect(ran()).toEqual([]);
});
