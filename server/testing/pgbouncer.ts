import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { createPgProxy } from "./pg-proxy.ts";
import { installPackage } from "./redis.ts";

const PROGRAM = "pgbouncer";
/** `nobody`: PgBouncer does not run as root. */
const NOBODY = 65_534;

export interface PgBouncer {
  /** The same database, through the pooler. */
  url: string;
  stop(): Promise<void>;
}

const isInstalled = () => spawnSync(PROGRAM, ["--version"], { stdio: "ignore" }).status === 0;

/** Installs Debian's pgbouncer if there is none and this is a Debian where we may. */
export function ensurePgBouncer(): void {
  if (!isInstalled()) installPackage(PROGRAM);
}

/**
 * Starts a connection pooler before the database of a URL. Fails with advice when there is none on
 * this machine.
 */
export async function startPgBouncer(
  target: string,
  mode: "session" | "transaction" | "statement",
): Promise<PgBouncer> {
  if (!isInstalled()) {
    throw new Error(`These tests need ${PROGRAM}, and it could not be installed: apt-get install ${PROGRAM}`);
  }
  const folder = await mkdtemp(path.join(tmpdir(), "switchyard-pgbouncer-"));
  await chmod(folder, 0o755);
  const proxy = await createPgProxy(target);
  const { username, password, port: behind, pathname } = new URL(proxy.url);
  const port = await freePort();
  const config = path.join(folder, "pgbouncer.ini");
  await writeFile(
    config,
    `[databases]
* = host=127.0.0.1 port=${behind} user=${decodeURIComponent(username)} password=${decodeURIComponent(password)}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
pool_mode = ${mode}
max_client_conn = 200
default_pool_size = 30
`,
  );
  const account = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  const child = spawn(PROGRAM, [config], { ...account, stdio: ["ignore", "ignore", "pipe"] });
  await new Promise<void>((resolve, reject) => {
    let output = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      output += text;
      if (/process up/.test(output)) resolve();
    });
    child.once("exit", (code) => reject(new Error(`${PROGRAM} ended with ${code}:\n${output}`)));
  });
  return {
    url: `postgresql://${username}:${password}@127.0.0.1:${port}${pathname}`,
    async stop() {
      const ended = once(child, "exit");
      child.kill("SIGKILL");
      await ended;
      await proxy.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
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
