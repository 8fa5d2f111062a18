import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import pg from "pg";
import { afterAll, afterEach, describe, expect, onTestFinished, test, vi } from "vitest";
import { dropCopies, type Holder, holdFolder } from "../testing/holder.ts";
import { type EmbeddedOptions, type EmbeddedPostgres, startEmbedded } from "./embedded.ts";
import { StartupError } from "./errors.ts";
import { boundLog, lastWords } from "./postgres-process.ts";
import { isAlive } from "./processes.ts";

const isRoot = process.getuid?.() === 0;
const NOBODY = { uid: 65_534, gid: 65_534 };

const started: EmbeddedPostgres[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((each) => each.stop()));
});

function newFolder(mode = 0o711): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), "switchyard-embedded-"));
  chmodSync(folder, mode);
  return folder;
}

function ownFolder(mode?: number): string {
  const folder = newFolder(mode);
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

// Making a database takes most of a start's time: tests that do not need an empty folder take turns
// on this one.
const shared = newFolder();
afterAll(() => rmSync(shared, { recursive: true, force: true }));

async function start(folder: string, options: EmbeddedOptions = {}): Promise<EmbeddedPostgres> {
  const embedded = await startEmbedded(folder, { durable: false, ...options });
  started.push(embedded);
  return embedded;
}

async function query(url: string, sql: string): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ value: string }>(sql);
    return rows.map((row) => row.value);
  } finally {
    await client.end();
  }
}

async function mark(url: string): Promise<void> {
  await query(url, "DROP TABLE IF EXISTS mark");
  await query(url, "CREATE TABLE mark AS SELECT 'kept' AS value");
}
const readMark = (url: string) => query(url, "SELECT value FROM mark");
const hasMark = (url: string) => query(url, "SELECT to_regclass('mark') AS value").then(([value]) => value !== null);

async function faultOf(work: Promise<unknown>): Promise<StartupError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(StartupError);
  const fault = error as StartupError;
  expect(fault.message).not.toContain("\n");
  return fault;
}

/** A process that was started and has ended, so that its id is nobody's. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ["--version"], { stdio: "ignore" });
  await once(child, "exit");
  return child.pid ?? 0;
}

async function killed(child: ChildProcess): Promise<void> {
  child.kill("SIGKILL");
  await once(child, "exit");
}

async function ended(holder: Holder): Promise<void> {
  holder.process.kill("SIGTERM");
  await once(holder.process, "exit");
  expect(isAlive(holder.pid)).toBe(false);
}

afterAll(dropCopies);

test("an empty folder gets a database, and a second start finds what was written", async () => {
  const folder = path.join(ownFolder(), "data");
  const first = await start(folder);
  expect(
    await query(
      first.url,
      "SELECT pg_encoding_to_char(encoding) AS value FROM pg_database WHERE datname = 'switchyard'",
    ),
  ).toEqual(["UTF8"]);
  expect(await query(first.url, "SELECT current_setting('data_checksums') AS value")).toEqual(["on"]);
  await mark(first.url);
  await first.stop();
  expect(isAlive(first.pid)).toBe(false);
  expect(await readMark((await start(folder)).url)).toEqual(["kept"]);
});

test("outside tests the database is durable", async () => {
  const { url } = await start(ownFolder(), { durable: true });
  for (const name of ["fsync", "synchronous_commit", "full_page_writes"]) {
    expect(await query(url, `SELECT current_setting('${name}') AS value`)).toEqual(["on"]);
  }
});

test("nobody but the owner can connect or read the password", async () => {
  const { url } = await start(shared);
  expect(await query(url, "SELECT current_setting('listen_addresses') AS value")).toEqual([""]);
  expect(statSync(path.join(shared, "postgres", "password")).mode & 0o777).toBe(0o600);
  expect(statSync(path.join(shared, "postgres")).mode & 0o777).toBe(0o700);
  const guess = new URL(url);
  guess.password = "guess";
  await expect(query(guess.toString(), "SELECT 1 AS value")).rejects.toThrow(/password authentication failed/);
});

test("a folder in use is refused, naming the process, and is free after a stop", async () => {
  const first = await start(shared);
  const fault = await faultOf(start(shared));
  expect(fault.code).toBe("folder_in_use");
  expect(fault.message).toContain(`pid ${process.pid}`);
  await first.stop();
  await start(shared);
});

test("a second server process on the folder exits with one line", async () => {
  await start(shared);
  await expect(holdFolder(shared, undefined)).rejects.toThrow(
    new RegExp(`^exit 1: the data folder .* is in use by another Switchyard server \\(pid ${process.pid}\\)[^\\n]*$`),
  );
});

test("of ten starters at once on a folder whose server was killed, one gets it", async () => {
  writeFileSync(path.join(shared, "server.lock"), JSON.stringify({ pid: await deadPid(), birth: "long ago" }));
  const results = await Promise.allSettled(Array.from({ length: 10 }, () => start(shared)));
  expect(results.filter((result) => result.status === "fulfilled")).toHaveLength(1);
});

test("the lock of a dead process is taken over even if another process has its id now", async () => {
  writeFileSync(path.join(shared, "server.lock"), JSON.stringify({ pid: process.ppid, birth: "another boot" }));
  await start(shared);
});

test("the Postgres of a server killed with SIGKILL is ended and its data kept", async () => {
  const holder = await holdFolder(shared, undefined);
  await mark(holder.url);
  await killed(holder.process);
  expect(isAlive(holder.pid)).toBe(true);
  const next = await start(shared);
  expect(isAlive(holder.pid)).toBe(false);
  expect(await readMark(next.url)).toEqual(["kept"]);
});

test("a server and Postgres killed together leave data that the next start repairs", async () => {
  const holder = await holdFolder(shared, undefined);
  await mark(holder.url);
  process.kill(holder.pid, "SIGKILL");
  await killed(holder.process);
  expect(await readMark((await start(shared)).url)).toEqual(["kept"]);
});

test("a pid file that names a process of somebody else does not stop a start or end that process", async () => {
  const first = await start(shared);
  const pidFile = path.join(shared, "postgres", "data", "postmaster.pid");
  const left = readFileSync(pidFile, "utf8");
  await first.stop();
  const bystander = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
  onTestFinished(() => void bystander.kill("SIGKILL"));
  writeFileSync(pidFile, left.replace(/^\d+/, String(bystander.pid)));
  await start(shared);
  expect(bystander.exitCode).toBeNull();
});

test("SIGTERM to the server stops Postgres too", async () => {
  await ended(await holdFolder(shared, undefined));
});

test.runIf(process.platform === "linux")("Postgres is no part of the terminal's process group", async () => {
  const { pid } = await start(shared);
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const [, , group] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  expect(Number(group)).toBe(pid);
});

test("a Postgres that ends by itself is reported with its last words, one that is stopped is not", async () => {
  const onDown = vi.fn<(reason: string) => void>();
  const first = await start(shared, { revive: false, onDown });
  process.kill(first.pid, "SIGQUIT");
  await expect.poll(() => onDown.mock.calls.length).toBe(1);
  await first.stop();
  const second = await start(shared, { onDown });
  await second.stop();
  expect(onDown).toHaveBeenCalledOnce();
});

describe("a Postgres that somebody kills", () => {
  for (const signal of ["SIGKILL", "SIGQUIT", "SIGINT"] as const) {
    test(`by ${signal} is started again at the same address, with all its data`, async () => {
      const [onDown, onUp] = [vi.fn<(reason: string) => void>(), vi.fn()];
      const postgres = await start(shared, { durable: true, onDown, onUp });
      const { pid, url } = postgres;
      await mark(url);
      // A connection that works on while its Postgres is gone: the next one must not begin beside
      // it.
      const busy = new pg.Client({ connectionString: url });
      busy.on("error", () => {});
      await busy.connect();
      const working = busy.query("SELECT count(*) FROM generate_series(1, 1000000000)").catch(() => {});
      process.kill(pid, signal);
      await expect.poll(() => onUp.mock.calls.length).toBe(1);
      expect(onDown).toHaveBeenCalled();
      expect(postgres.pid).not.toBe(pid);
      expect(await readMark(url)).toEqual(["kept"]);
      await working;
    });
  }

  test("again and again is started again each time, and not after it was stopped", async () => {
    const onUp = vi.fn();
    const postgres = await start(shared, { onUp });
    for (let times = 1; times <= 3; times++) {
      process.kill(postgres.pid, "SIGKILL");
      await expect.poll(() => onUp.mock.calls.length).toBe(times);
    }
    process.kill(postgres.pid, "SIGKILL");
    await postgres.stop();
    expect(isAlive(postgres.pid)).toBe(false);
    expect(onUp).toHaveBeenCalledTimes(3);
  });

  test("and cannot start for now is tried until it can, and its reason is reported once", async () => {
    const [onDown, onUp] = [vi.fn<(reason: string) => void>(), vi.fn()];
    const postgres = await start(shared, { onDown, onUp });
    const control = path.join(postgres.folder, "global", "pg_control");
    renameSync(control, `${control}.away`);
    process.kill(postgres.pid, "SIGKILL");
    await expect.poll(() => onDown.mock.calls.some(([reason]) => /did not start/.test(reason))).toBe(true);
    const reported = onDown.mock.calls.length;
    renameSync(`${control}.away`, control);
    await expect.poll(() => onUp.mock.calls.length).toBe(1);
    expect(onDown.mock.calls.length).toBe(reported);
    expect(new Set(onDown.mock.calls.map(([reason]) => reason.replace(/[0-9]/g, ""))).size).toBe(reported);
  });
});

test("its last words name the fault, not the callers it turned away", () => {
  const log = path.join(ownFolder(), "postgres.log");
  const fault = '[7] FATAL:  could not write to file "pg_wal/xlogtemp.7": No space left on device';
  const after = "[9] FATAL:  the database system is not yet accepting connections";
  writeFileSync(log, `${fault}\n[1] LOG:  startup process (PID 7) exited with exit code 1\n${after}\n`);
  expect(lastWords(log)).toBe(fault);
  expect(lastWords(log, fault.length + 1)).toBe(after);
});

test("the log of Postgres begins anew when it is large, and the one before is kept", async () => {
  const log = path.join(ownFolder(), "postgres.log");
  writeFileSync(log, "x".repeat(9 * 1024 * 1024));
  boundLog(log);
  expect(statSync(log).size).toBe(0);
  expect(statSync(`${log}.1`).size).toBe(9 * 1024 * 1024);
  writeFileSync(log, "short");
  boundLog(log);
  expect(readFileSync(log, "utf8")).toBe("short");
});

test("a copy of the database's files differs from the files themselves", async () => {
  const first = await start(shared);
  await first.stop();
  const again = await start(shared);
  expect(again.mark).toBe(first.mark);
  await again.stop();
  const copy = path.join(ownFolder(), "copy");
  execFileSync("cp", ["-a", shared, copy]);
  expect((await start(copy)).mark).not.toBe(first.mark);
});

test("a deleted data folder means a fresh database", async () => {
  const folder = path.join(ownFolder(), "data");
  const first = await start(folder);
  await mark(first.url);
  await first.stop();
  rmSync(folder, { recursive: true });
  expect(await hasMark((await start(folder)).url)).toBe(false);
});

test("a data folder that was moved keeps its database", async () => {
  const first = await start(shared);
  await mark(first.url);
  await first.stop();
  const moved = `${shared}-moved`;
  renameSync(shared, moved);
  onTestFinished(() => renameSync(moved, shared));
  expect(await readMark((await start(moved)).url)).toEqual(["kept"]);
});

test("a start that was interrupted while the database was made is made up for", async () => {
  const folder = ownFolder();
  writeFileSync(path.join(folder, "postgres.json"), JSON.stringify({ id: "x", home: "postgres", initialised: false }));
  mkdirSync(path.join(folder, "postgres", "data.new", "base"), { recursive: true });
  await start(folder);
});

test("a database that is gone, or another folder's, is an error and not a silent new one", async () => {
  const folder = ownFolder();
  await (await start(folder)).stop();
  const [database, aside] = [path.join(folder, "postgres"), path.join(folder, "aside")];
  renameSync(database, aside);
  expect((await faultOf(start(folder))).code).toBe("database_missing");
  renameSync(aside, database);
  rmSync(path.join(folder, "postgres.json"));
  expect((await faultOf(start(folder))).code).toBe("folder_unusable");
});

test("a path that cannot be a folder is an error of one line", async () => {
  const file = path.join(ownFolder(), "file");
  writeFileSync(file, "");
  expect((await faultOf(start(file))).code).toBe("folder_unusable");
  expect((await faultOf(start(path.join(file, "data")))).code).toBe("folder_unusable");
});

test("a path too long for a socket works", async () => {
  const first = await start(path.join(ownFolder(), "long".repeat(30)));
  const socket = new URL(first.url).searchParams.get("host") ?? "";
  expect(existsSync(socket)).toBe(true);
  await first.stop();
  expect(existsSync(socket)).toBe(false);
});

test.runIf(isRoot)(
  "as root in a folder only root may enter, the database lies elsewhere and still goes with the folder",
  async () => {
    const root = ownFolder(0o700);
    const folder = path.join(root, "data");
    const first = await start(folder);
    const { home } = JSON.parse(readFileSync(path.join(folder, "postgres.json"), "utf8")) as { home: string };
    onTestFinished(() => rmSync(home, { recursive: true, force: true }));
    expect(path.isAbsolute(home)).toBe(true);
    expect(existsSync(path.join(folder, "postgres"))).toBe(false);
    await mark(first.url);
    await first.stop();
    const second = await start(folder);
    expect(await readMark(second.url)).toEqual(["kept"]);
    await second.stop();

    rmSync(folder, { recursive: true });
    const third = await start(folder);
    const fresh = JSON.parse(readFileSync(path.join(folder, "postgres.json"), "utf8")) as { home: string };
    onTestFinished(() => rmSync(fresh.home, { recursive: true, force: true }));
    expect(await hasMark(third.url)).toBe(false);
  },
);

test.runIf(isRoot)(
  "an ordinary user can start it, root can go on with that user's data, and the user after root",
  async () => {
    const folder = ownFolder();
    chownSync(folder, NOBODY.uid, NOBODY.gid);
    const first = await holdFolder(folder, NOBODY);
    await mark(first.url);
    await ended(first);
    const second = await start(folder);
    expect(await readMark(second.url)).toEqual(["kept"]);
    await second.stop();
    const third = await holdFolder(folder, NOBODY);
    expect(await readMark(third.url)).toEqual(["kept"]);
    await ended(third);
  },
);

test.runIf(isRoot)("an ordinary user gets one line for a folder of root's", async () => {
  const folder = ownFolder();
  await expect(holdFolder(path.join(folder, "data"), NOBODY)).rejects.toThrow(
    /^exit 1: cannot make the data folder [^\n]*$/,
  );
});
