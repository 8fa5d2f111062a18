import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import { lockFolder } from "./folder-lock.ts";
import { giveSign } from "./life-sign.ts";

let folder: string;
const lockFile = () => path.join(folder, "server.lock");

beforeEach(() => {
  const made = mkdtempSync(path.join(os.tmpdir(), "switchyard-lock-"));
  folder = made;
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
});

/** The lock of a server whose process cannot be seen from here, though there is one with its id. */
function lockOfAnotherContainer(): void {
  const holder = { pid: 1, birth: "its own", space: "pid:[1]", sign: "server-theirs.sock" };
  writeFileSync(lockFile(), JSON.stringify(holder));
}

test.runIf(process.platform === "linux")(
  "a server in another container holds the folder as long as it lives",
  async () => {
    lockOfAnotherContainer();
    const end = await giveSign(folder, "server-theirs.sock");
    const held = readFileSync(lockFile(), "utf8");
    await expect(lockFolder(folder)).rejects.toThrow(
      /in use by another Switchyard server \(pid 1 of another container\)/,
    );
    expect(readFileSync(lockFile(), "utf8")).toBe(held);
    expect(readdirSync(folder).sort()).toEqual(["server-theirs.sock", "server.lock"]);
    end?.();
    const lock = await lockFolder(folder);
    expect(JSON.parse(readFileSync(lockFile(), "utf8"))).toMatchObject({ pid: process.pid });
    lock.release();
    expect(readdirSync(folder)).toEqual([]);
  },
);

test("what a killed server of another container has left is cleared away", async () => {
  lockOfAnotherContainer();
  (await lockFolder(folder)).release();
  expect(readdirSync(folder)).toEqual([]);
});

test("in a folder with a long path a server gives its sign all the same", async () => {
  folder = mkdtempSync(path.join(folder, "long".repeat(40)));
  const lock = await lockFolder(folder);
  expect(readdirSync(folder)).toHaveLength(process.platform === "linux" ? 2 : 1);
  lock.release();
});
