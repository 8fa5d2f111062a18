import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Connection } from "../worker/connection.ts";

const WORKER = fileURLToPath(new URL("../worker/main.ts", import.meta.url));

export interface WorkerSpec {
  agentKey: string;
  capability: string;
  slots: number;
}

/** The demo's workers: each the real program in a process of its own. */
export class Workers {
  readonly #children: ChildProcess[] = [];
  #stopping = false;

  /** @param onLost called when a worker ends by itself */
  constructor(
    private readonly connection: Connection,
    private readonly onLost: (what: string) => void,
  ) {}

  start({ agentKey, capability, slots }: WorkerSpec): void {
    const args = ["--agent", agentKey, "--capability", capability, "--slots", String(slots), "--grace-ms", "2000"];
    const child = spawn(process.execPath, ["--import", import.meta.resolve("tsx"), WORKER, ...args], {
      // The key is passed in the environment: arguments can be read by everyone on the machine.
      env: { ...process.env, SWITCHYARD_URL: this.connection.url, SWITCHYARD_KEY: this.connection.key },
      stdio: ["ignore", "inherit", "inherit"],
    });
    child.once("exit", (code, signal) => {
      if (!this.#stopping) this.onLost(`worker ${agentKey} ended by itself (${signal ?? `exit code ${code}`})`);
    });
    this.#children.push(child);
  }

  /** Stops all of them; resolves when they are gone. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const living = this.#children.filter((child) => child.exitCode === null && child.signalCode === null);
    await Promise.all(
      living.map((child) => {
        const gone = new Promise((resolve) => child.once("exit", resolve));
        child.kill("SIGTERM");
        return gone;
      }),
    );
  }
}
