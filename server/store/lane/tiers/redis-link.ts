import { createClient, ErrorReply } from "@redis/client";

/** What is told of a tier's doings: a logger, as far as it is needed here. */
export interface TierLog {
  debug(facts: object, message: string): void;
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
}

const RECONNECT_MS = [20, 50, 100, 200, 500];
const PROBE_MS = 200;

/** Redis was not asked, or has not answered in time. */
export class RedisAway extends Error {
  override name = "RedisAway";
}

/**
 * The line to Redis, which may be cut or go silent at any time without anybody waiting for it.
 *
 * It is *up* while it is connected and answers. A call that fails or takes too long makes it *silent*: from then on nobody asks, and it is
 * probed in the background, at once and then again and again, until it answers. While the connection is lost the client reconnects by itself. Calls while it is not up
 * fail at once.
 */
export class RedisLink {
  readonly #client;
  readonly #log: TierLog;
  #silent = false;
  #told: "up" | "away" | undefined;
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
    this.#client.on("error", (error: Error) => this.#tell("away", error));
    this.#client.on("ready", () => {
      this.#silent = false;
      this.#tell("up");
    });
    // Whether it can be reached now or later makes no difference.
    this.#client.connect().catch(() => {});
  }

  get isUp(): boolean {
    return this.#client.isReady && !this.#silent && !this.#closed;
  }

  /** Sends a command. Rejects when Redis is not up or has not answered in time, which also ends its being up. */
  async call(command: readonly string[], timeoutMs: number): Promise<unknown> {
    if (!this.isUp) throw new RedisAway("Redis is not up");
    try {
      return await inTime(this.#client.sendCommand(command), timeoutMs);
    } catch (error) {
      // A refusal is an answer: it is up.
      if (!(error instanceof ErrorReply)) this.#fallSilent(error);
      throw error;
    }
  }

  /** Runs a script that Redis may have forgotten or not have met. */
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
    // A hiccup is not worth a line.
    setTimeout(() => this.#silent && this.#tell("away", error), PROBE_MS).unref();
    void this.#askAgain();
  }

  /** One probe at a time: it ends when Redis answers or the connection does. */
  async #askAgain(): Promise<void> {
    // Connected anew in the meantime: that was the answer.
    if (!this.#silent || this.#closed) return;
    try {
      await this.#client.sendCommand(["PING"]);
      this.#silent = false;
      this.#tell("up");
    } catch {
      if (this.#closed) return;
      this.#probe = setTimeout(() => void this.#askAgain(), PROBE_MS);
      this.#probe.unref();
    }
  }

  #tell(state: "up" | "away", error?: unknown): void {
    if (this.#closed || this.#told === state) return;
    this.#told = state;
    if (state === "up") this.#log.info({}, "Redis answers: it serves as the shared hot tier");
    else this.#log.warn({ reason: String(error) }, "Redis is away: reads go on without it");
  }
}

/** A Lua script and the SHA-1 that Redis knows it by. */
export interface Script {
  text: string;
  sha: string;
}

async function inTime<T>(answer: Promise<T>, ms: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    // After a long turn of this process the timer is due before the socket has been looked at: give it that look.
    timer = setTimeout(() => setImmediate(() => reject(new RedisAway(`no answer within ${ms} ms`))), ms);
  });
  answer.catch(() => {});
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}
