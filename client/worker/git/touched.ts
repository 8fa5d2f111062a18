import { copyFile, mkdir, mkdtemp, rm, stat, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { storable } from "../../storable.ts";
import type { AdapterContext, TouchedFile } from "../adapter.ts";
import { Git } from "./git.ts";

/**
 * What of the touched files an attempt keeps: it is shown to people, it is no list of files to work
 * with.
 */
const MAX_FILES = 1_000;
const MAX_PATHS_BYTES = 64 * 1024;

/** Of an attempt's result. `filesChanged` counts all, `files` may hold fewer. */
export type Touched = { files: TouchedFile[]; filesChanged: number; filesTruncated?: true };

const STATUS: { readonly [letter: string]: TouchedFile["status"] } = {
  A: "added",
  C: "added",
  M: "modified",
  T: "modified",
  D: "deleted",
  R: "renamed",
};

/** Reads the output of `git diff --name-status -z`. */
export function readNameStatus(output: Buffer): Touched {
  const words = output.toString("utf8").split("\0").map(storable);
  const files: TouchedFile[] = [];
  let bytes = 0;
  let filesChanged = 0;
  for (let at = 0; at + 1 < words.length; at += 2) {
    const letter = words[at]?.[0] ?? "";
    // A rename has two paths, the old one first.
    if (letter === "R" || letter === "C") at += 1;
    const path = words[at + 1];
    const status = STATUS[letter];
    if (path === undefined || status === undefined) continue;
    filesChanged += 1;
    bytes += path.length;
    if (files.length < MAX_FILES && bytes <= MAX_PATHS_BYTES) files.push({ path, status });
  }
  return { files, filesChanged, ...(files.length < filesChanged && { filesTruncated: true as const }) };
}

/** `git add` of everything but what matches `ignore` (globs, at any depth). */
export const addAll = (ignore: readonly string[]): string[] => [
  ...["add", "--all", "--", ":/"],
  ...ignore.flatMap((glob) => [`:(top,exclude,glob)**/${glob}`, `:(top,exclude,glob)**/${glob}/**`]),
];

/**
 * Remembers how the repository around a folder looks now; its answer lists the files that have been
 * touched since, committed or not, and cleans up. Undefined when the folder is in no repository.
 * Nothing is written into the repository: index and objects are in a folder of their own.
 */
export async function watchFiles(
  context: Pick<AdapterContext, "run" | "signal" | "removeIfLost">,
  folder: string,
  ignore: readonly string[],
): Promise<(() => Promise<Touched>) | undefined> {
  const here = new Git(context, folder);
  const top = await here.ask(["rev-parse", "--show-toplevel"]);
  if (!top.ok) return undefined;
  const git = here.in(top.stdout.toString("utf8").trim());
  const [index = "", objects = ""] = (
    await git.do(["rev-parse", "--git-path", "index", "--git-path", "objects"])
  ).split("\n");
  const own = await mkdtemp(join(tmpdir(), "switchyard-files-"));
  const keep = context.removeIfLost([own]);
  const cleanUp = async () => {
    await rm(own, { recursive: true, force: true });
    keep();
  };
  const env = {
    GIT_INDEX_FILE: join(own, "index"),
    GIT_OBJECT_DIRECTORY: join(own, "objects"),
    GIT_ALTERNATE_OBJECT_DIRECTORIES: resolve(git.folder, objects),
  };
  const tree = async () => {
    await git.do(addAll(ignore), { env });
    return git.do(["write-tree"], { env });
  };
  try {
    await mkdir(env.GIT_OBJECT_DIRECTORY);
    await copyIndex(resolve(git.folder, index), env.GIT_INDEX_FILE);
    const before = await tree();
    return async () => {
      try {
        const after = await tree();
        const { stdout } = await git.ask(["diff-tree", "-r", "-z", "-M", "--name-status", before, after], { env });
        return readNameStatus(stdout);
      } finally {
        await cleanUp();
      }
    };
  } catch (error) {
    await cleanUp();
    throw error;
  }
}

/**
 * With its time, rounded down: git takes files that are as new as the index for changed ones and
 * looks into them.
 */
async function copyIndex(from: string, to: string): Promise<void> {
  const found = await stat(from).catch(() => undefined);
  if (!found) return;
  await copyFile(from, to);
  await utimes(to, Math.floor(found.atimeMs) / 1000, Math.floor(found.mtimeMs) / 1000);
}
