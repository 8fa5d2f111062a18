import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeEach, expect, onTestFinished, test } from "vitest";
import { dropCopies, holdFolder } from "../testing/holder.ts";
import { startEmbedded } from "./embedded.ts";
import { makeFolder } from "./folders.ts";

const isRoot = process.getuid?.() === 0;
const modeOf = (folder: string) => statSync(folder).mode & 0o777;
let root: string;

beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), "switchyard-folders-"));
  chmodSync(root, 0o711);
  const folder = root;
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const before = process.umask(0o077);
  onTestFinished(() => void process.umask(before));
});
afterAll(dropCopies);

test("a folder and those above it get their mode whatever the umask is, and what was there keeps its own", () => {
  chmodSync(root, 0o750);
  makeFolder(path.join(root, "a", "b"), 0o711);
  expect([root, path.join(root, "a"), path.join(root, "a", "b")].map(modeOf)).toEqual([0o750, 0o711, 0o711]);
  makeFolder(path.join(root, "a"), 0o700);
  expect(modeOf(path.join(root, "a"))).toBe(0o711);
});

test.runIf(isRoot)("root with a closed umask has a database in the data folder, which Postgres may enter", async () => {
  const folder = path.join(root, "deep", "data");
  const { stop } = await startEmbedded(folder, { durable: false });
  await stop();
  expect(JSON.parse(readFileSync(path.join(folder, "postgres.json"), "utf8"))).toMatchObject({ home: "postgres" });
});

test.runIf(isRoot)("root with a closed umask can use a data folder that only root may enter", async () => {
  const closed = path.join(root, "closed");
  makeFolder(closed, 0o700);
  const folder = path.join(closed, "data");
  const { stop } = await startEmbedded(folder, { durable: false });
  const { home } = JSON.parse(readFileSync(path.join(folder, "postgres.json"), "utf8")) as { home: string };
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  await stop();
  expect(modeOf(path.dirname(home))).toBe(0o711);
});

test.runIf(isRoot)("a user without a name gets one line that says what to do", async () => {
  const nameless = { uid: 4_242_424, gid: 4_242_424 };
  const folder = path.join(root, "open");
  makeFolder(folder, 0o777);
  process.umask(0o022);
  await expect(holdFolder(path.join(folder, "data"), nameless)).rejects.toThrow(
    /^exit 1: [^\n]*effective user[^\n]*; run as a user that has an entry in \/etc\/passwd, or set DATABASE_URL[^\n]*$/,
  );
});
