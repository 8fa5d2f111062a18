import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { HOUR_MS } from "../../domain/kernel/time.ts";
import { Guard } from "./guard.ts";

const guards: Guard[] = [];
const children: ChildProcess[] = [];
afterEach(() => {
  for (const guard of guards.splice(0)) guard.close();
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

function newGuard(lines: string[] = []): Guard {
  const guard = new Guard((line) => lines.push(line));
  guards.push(guard);
  return guard;
}

/** A process group that lives until it is killed. */
function sleeper(): { pid: number; killed: Promise<unknown>; child: ChildProcess } {
  const child = spawn("sleep", ["1000"], { detached: true, stdio: "ignore" });
  children.push(child);
  return { pid: child.pid as number, killed: once(child, "exit"), child };
}

describe("the guard", () => {
  test("kills a job's processes when its lease has run out, and no others", async () => {
    const guard = newGuard();
    const [late, held] = [sleeper(), sleeper()];
    guard.watch(performance.now() + 300).hold(late.pid);
    guard.watch(performance.now() + HOUR_MS).hold(held.pid);
    expect(await late.killed).toEqual([null, "SIGKILL"]);
    expect(held.child.signalCode).toBeNull();
  });

  test("a lease that is kept goes on, one that is over kills what is started under it", async () => {
    const guard = newGuard();
    const [kept, late] = [sleeper(), sleeper()];
    const watch = guard.watch(performance.now() + 300);
    watch.hold(kept.pid);
    watch.keep(performance.now() + HOUR_MS);
    guard.watch(performance.now() - 1).hold(late.pid);
    expect(await late.killed).toEqual([null, "SIGKILL"]);
    // Past the first lease: had it still counted, this one's end would come later than that one's.
    const after = sleeper();
    guard.watch(performance.now() + 400).hold(after.pid);
    await after.killed;
    expect(kept.child.signalCode).toBeNull();
  });

  test("a guard that is late reads that a lease was kept before it judges", async () => {
    const guard = newGuard();
    const [kept, late] = [sleeper(), sleeper()];
    const watch = guard.watch(performance.now() - 1);
    watch.hold(kept.pid);
    watch.keep(performance.now() + HOUR_MS);
    guard.watch(performance.now() - 1).hold(late.pid);
    await late.killed;
    expect(kept.child.signalCode).toBeNull();
  });

  test("what has ended, and a job that is over, are forgotten", async () => {
    const guard = newGuard();
    const [first, released, closed, witness] = [sleeper(), sleeper(), sleeper(), sleeper()];
    // The guard's process is there: what follows reaches it before a lease ends.
    guard.watch(performance.now() - 1).hold(first.pid);
    await first.killed;
    guard.watch(performance.now() + 1000).hold(released.pid)();
    const watch = guard.watch(performance.now() + 1000);
    watch.hold(closed.pid);
    watch.close();
    guard.watch(performance.now() + 1200).hold(witness.pid);
    await witness.killed;
    expect([released.child.signalCode, closed.child.signalCode]).toEqual([null, null]);
  });

  test("when the worker is gone it kills everything, removes what is to be removed, and ends", async () => {
    const folder = await mkdtemp(join(tmpdir(), "switchyard-guard-"));
    const [lost, kept] = [join(folder, "lost"), join(folder, "kept")];
    await mkdir(lost);
    for (const file of [join(lost, "file"), kept]) await writeFile(file, "");
    const guard = newGuard();
    const one = sleeper();
    const watch = guard.watch(performance.now() + HOUR_MS);
    watch.hold(one.pid);
    watch.removeIfLost([lost, join(folder, "not there")]);
    watch.removeIfLost([kept])();
    const { pid } = guard;
    // What its end of the pipe looks like when the worker has died.
    guard.close();
    expect(await one.killed).toEqual([null, "SIGKILL"]);
    await vi.waitFor(async () => expect(await exists(lost)).toBe(false), 10_000);
    expect(await exists(kept)).toBe(true);
    await vi.waitFor(async () => expect(await isAlive(pid)).toBe(false), 10_000);
  });

  test("one that is killed is started again and knows everything", async () => {
    const lines: string[] = [];
    const guard = newGuard(lines);
    const one = sleeper();
    const watch = guard.watch(performance.now() + HOUR_MS);
    watch.hold(one.pid);
    const first = guard.pid as number;
    process.kill(first, "SIGKILL");
    await vi.waitFor(() => expect(lines).toEqual(["the guard has ended (SIGKILL), starting another"]), 10_000);
    expect(guard.pid).not.toBe(first);
    guard.close();
    expect(await one.killed).toEqual([null, "SIGKILL"]);
  });

  test("it does not end by the signals that end a worker", async () => {
    const guard = newGuard();
    const one = sleeper();
    guard.watch(performance.now() + 1_000).hold(one.pid);
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
      await vi.waitFor(async () => expect(await catches(guard.pid, signal)).toBe(true), 10_000);
      process.kill(guard.pid as number, signal);
    }
    expect(await one.killed).toEqual([null, "SIGKILL"]);
  });
});

const exists = (path: string) =>
  import("node:fs/promises").then(({ access }) =>
    access(path).then(
      () => true,
      () => false,
    ),
  );

async function isAlive(pid: number | undefined): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined);
  return stat !== undefined && stat.split(") ")[1]?.[0] !== "Z";
}

/** Whether the process has a handler for a signal yet: until then the signal would end it. */
async function catches(pid: number | undefined, signal: "SIGTERM" | "SIGINT" | "SIGHUP"): Promise<boolean> {
  const number = { SIGHUP: 1n, SIGINT: 2n, SIGTERM: 15n }[signal];
  const mask = /^SigCgt:\s*([0-9a-f]+)$/m.exec(await readFile(`/proc/${pid}/status`, "utf8"))?.[1] ?? "0";
  return ((BigInt(`0x${mask}`) >> (number - 1n)) & 1n) === 1n;
}
