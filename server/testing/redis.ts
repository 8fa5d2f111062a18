import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { createClient } from "@redis/client";

const PROGRAM = "redis-server";

/** A Redis of a test's own, in a process of its own, which the test may treat as it likes. */
export interface TestRedis {
  url: string;
  /** Sends a command over a connection of its own. */
  command(...args: string[]): Promise<unknown>;
  /** kill -9. */
  kill(): Promise<void>;
  /** Starts it again at the same address, with what it had saved. */
  start(): Promise<void>;
  /** SIGSTOP: connected, and silent. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

/** Installs Debian's redis-server if there is none and this is a Debian where we may. */
export function ensureRedis(): void {
  if (!isInstalled()) installPackage(PROGRAM);
}

/** Installs a package of Debian, where this is one and we may. */
export function installPackage(name: string): void {
  if (process.getuid?.() !== 0) return;
  const install = `apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends ${name}`;
  spawnSync("sh", ["-c", install], { timeout: 300_000, stdio: "ignore" });
}

const isInstalled = () => spawnSync(PROGRAM, ["--version"], { stdio: "ignore" }).status === 0;

/**
 * Starts a Redis that keeps nothing on disk without SAVE. Fails with advice when there is none on
 * this machine.
 */
export async function startRedis(): Promise<TestRedis> {
  if (!isInstalled()) {
    throw new Error(`These tests need ${PROGRAM}, and it could not be installed: apt-get install ${PROGRAM}`);
  }
  const folder = await mkdtemp(path.join(tmpdir(), "switchyard-redis-"));
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let child: ChildProcess | undefined;
  const start = async () => {
    const options = [
      "--bind",
      "127.0.0.1",
      "--port",
      String(port),
      "--dir",
      folder,
      "--save",
      "",
      "--appendonly",
      "no",
    ];
    child = spawn(PROGRAM, options, { stdio: ["ignore", "pipe", "inherit"] });
    await isReady(child);
  };
  const kill = async () => {
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  };
  await start();
  return {
    url,
    start,
    kill,
    freeze: () => child?.kill("SIGSTOP"),
    thaw: () => child?.kill("SIGCONT"),
    async command(...args) {
      const client = createClient({ url });
      client.on("error", () => {});
      await client.connect();
      try {
        return await client.sendCommand(args);
      } finally {
        client.destroy();
      }
    },
    async stop() {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function isReady(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let output = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      if (output.includes("Ready to accept connections")) resolve();
    });
    child.once("exit", (code) => reject(new Error(`${PROGRAM} ended with ${code}:\n${output}`)));
  });
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
