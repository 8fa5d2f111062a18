import { once } from "node:events";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { type EmbeddedPostgres, startEmbedded } from "../server/database/embedded.ts";

/**
 * A real Postgres that is nobody's child but the test's: a server on its URL lives on when it is
 * stopped.
 */
export interface OwnPostgres {
  /** The same before and after. */
  url: string;
  /** Ends it at once, as a crash would: every connection is cut, nothing is written back. */
  crash(): Promise<void>;
  /** Ends it in order and keeps its data. */
  stop(): Promise<void>;
  /** Starts it again on the same data; resolves when it takes connections. */
  start(): Promise<void>;
  /** Ends it and removes its data. */
  remove(): Promise<void>;
}

/**
 * In the folder given, which a server may use for what it keeps beside its database, or in a new
 * temporary one.
 */
export async function startOwnPostgres(
  folder: string = mkdtempSync(path.join(os.tmpdir(), "switchyard-own-")),
): Promise<OwnPostgres> {
  // As root, Postgres runs as somebody else, who must be able to pass through.
  chmodSync(folder, 0o711);
  const events = new EventTarget();
  const open = () => startEmbedded(folder, { revive: false, onDown: () => events.dispatchEvent(new Event("exit")) });
  let running: EmbeddedPostgres | null = await open();
  const { url } = running;
  const stop = async () => {
    await running?.stop();
    running = null;
  };
  return {
    url,
    async crash() {
      if (!running) return;
      const gone = once(events, "exit");
      process.kill(running.pid, "SIGQUIT");
      await gone;
      await stop();
    },
    stop,
    async start() {
      running ??= await open();
    },
    async remove() {
      await stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
