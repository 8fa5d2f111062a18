import { createClient, ErrorReply } from "@redis/client";

/** The logger methods a tier needs. */
export interface TierLog {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
}

const RECONNECT_MS = [20, 50, 100, 200, 500];
const PROBE_MS = 200;

/** Redis is down, or has not answered in time. */
export class RedisAway extends Error {
  override name = "RedisAway";
}

/**
 * The connection to Redis, which may be cut or go silent at any time without blocking a caller.
 *
 * It is *up* while it is connected and answers. A call that fails or times out makes it *silent*:
 * from then on calls fail at once, and it is probed in the background until it answers. While the
 * connection is lost the client reconnects by itself.
 */
export class RedisLink {
  readonly #client;
  readonly #log: TierLog;
  #silent = false;
  #reported: "up" | "away" | undefined;
  #closed = false;
  #probe: NodeJS.Timeout | undefined;

  constructor(url: string, log: TierLog) {
    this.#log = log;
    this.#client = createClient({
      url,
      disableOfflineQueue: true,
      disableClientInfo: true,
      maintNotifications: "disabled",
      commandsQueueMaxLength: 10_000,
      socket: {
        connectTimeout: 2000,
        reconnectStrategy: (retries) => RECONNECT_MS[Math.min(retries, RECONNECT_MS.length - 1)] ?? false,
      },
    });
    this.#client.on("error", (error: Error) => this.#report("away", error));
    this.#client.on("ready", () => {
      this.#silent = false;
      this.#report("up");
    });
    // It may connect now or later.
    this.#client.connect().catch(() => {});
  }

  get isUp(): boolean {
    return this.#client.isReady && !this.#silent && !this.#closed;
  }

  /**
   * Sends a command. Rejects when Redis is not up or does not answer in time; a timeout makes it
   * silent.
   */
  async call(command: readonly string[], timeoutMs: number): Promise<unknown> {
    if (!this.isUp) throw new RedisAway("Redis is not up");
    try {
      return await inTime(this.#client.sendCommand(command), timeoutMs);
    } catch (error) {
      // An error reply is an answer: Redis is up.
      if (!(error instanceof ErrorReply)) this.#fallSilent(error);
      throw error;
    }
  }

  /** Runs a script, sending its text if Redis does not have it. */
  async run(script: Script, keys: readonly string[], values: readonly string[], timeoutMs: number): Promise<unknown> {
    const rest = [String(keys.length), ...keys, ...values];
    try {
      return await this.call(["EVALSHA", script.sha, ...rest], timeoutMs);
    } catch (error) {
      if (!(error instanceof Error) || !error.message.startsWith("NOSCRIPT")) throw error;
      return await this.call(["EVAL", script.text, ...rest], timeoutMs);
    }
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#probe);
    if (this.#client.isOpen) this.#client.destroy();
  }

  #fallSilent(error: unknown): void {
    if (this.#silent || this.#closed) return;
    this.#silent = true;
    // A short hiccup is not logged.
    setTimeout(() => this.#silent && this.#report("away", error), PROBE_MS).unref();
    void this.#askAgain();
  }

  /** One probe at a time: it ends when Redis answers or the connection is lost. */
  async #askAgain(): Promise<void> {
    // Reconnected meanwhile: that is an answer.
    if (!this.#silent || this.#closed) return;
    try {
      await this.#client.sendCommand(["PING"]);
      this.#silent = false;
      this.#report("up");
    } catch {
      if (this.#closed) return;
      this.#probe = setTimeout(() => void this.#askAgain(), PROBE_MS);
      this.#probe.unref();
    }
  }

  #report(state: "up" | "away", error?: unknown): void {
    if (this.#closed || this.#reported === state) return;
    this.#reported = state;
    if (state === "up") this.#log.info({}, "Redis answers: it serves as the shared hot tier");
    else this.#log.warn({ reason: String(error) }, "Redis is away: reads go on without it");
  }
}

/** A Lua script and its SHA-1, by which Redis runs it. */
export interface Script {
  text: string;
  sha: string;
}

async function inTime<T>(answer: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    // After a long turn of this process the timer fires before the socket is read: let it be read
    // first.
    timer = setTimeout(() => setImmediate(() => reject(new RedisAway(`no answer within ${ms} ms`))), ms);
  });
  answer.catch(() => {});
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
