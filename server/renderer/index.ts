import { type ChildProcess, fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createInterface } from "node:readline";
import type { Duplex, Readable } from "node:stream";
import type { Logger } from "pino";
import { Counter, Gauge, type Registry } from "prom-client";
import { PageProxy } from "./proxy.ts";

export interface RendererOptions {
  /** Compiles pages as they are asked for, with hot reload, instead of the build in `.next`. */
  dev: boolean;
  /** The project's root: where `app/` and `next.config.ts` are. */
  dir: string;
  hostname: string;
  port: number;
  /** What its heap may grow to, MiB. */
  heapMb: number;
  logger: Logger;
  registry: Registry;
  /** Called for an error in drawing a page: `fault` says which page, see `app/page-errors.ts`. */
  onFault?: (error: Error, fault: object) => void;
  /** How long it may be busy with one thing, ms; then it counts as hung and is replaced. */
  hangMs?: number;
  /** How long one page may take from its request to its last byte, ms. */
  pageMs?: number;
  /** The program; tests have others. */
  program?: string;
}

/** No page can be drawn now; one can be asked for again soon. */
export class RendererAway extends Error {
  override readonly name = "RendererAway";
}

type FromChild =
  | { type: "ready"; port: number }
  | { type: "pong"; rssBytes: number }
  | { type: "fault"; fault: object; error: { name: string; message: string; stack?: string } };

const PING_MS = 1_000;
const START_MS = 120_000;
const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 10_000;
/** Having lived for so long, it is not the one that fails at once. */
const STABLE_MS = 60_000;
const STOP_MS = 300;
const LINE_CHARS = 2_000;
/** Headers that a page does not get: it reads with the caller's cookie only. */
const SECRETS = ["DATABASE_URL", "REDIS_URL", "SMTP_URL", "SWITCHYARD_BOOTSTRAP_KEY"];

/**
 * Draws pages in a process of their own, so that no page's cost reaches a commit.
 *
 * *Starting* until the process says where it listens; then *ready*. A process that ends, or does
 * not answer its pings for `hangMs`, is replaced: *pausing* between the two, longer each time up to
 * ten seconds. Until the next is ready, `draw` rejects with RendererAway. *Closed* at the end.
 */
export class Renderer {
  readonly #o: Required<RendererOptions>;
  readonly #secret = randomBytes(24).toString("hex");
  readonly #restarts: Counter;
  #child: ChildProcess | undefined;
  #proxy: PageProxy | undefined;
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #rssBytes = 0;
  #closed = false;

  constructor(options: RendererOptions) {
    const { dev, dir } = options;
    const times = dev ? { hangMs: 60_000, pageMs: 180_000 } : { hangMs: 10_000, pageMs: 30_000 };
    this.#o = { ...times, onFault: () => {}, program: `${dir}/server/renderer/child.mjs`, ...options };
    const registers = [options.registry];
    const gauge = (name: string, help: string, of: () => number) =>
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(of());
        },
      });
    gauge("switchyard_renderer_up", "1 while pages can be drawn.", () => Number(this.#proxy !== undefined));
    gauge("switchyard_renderer_resident_bytes", "Memory of the process that draws pages.", () => this.#rssBytes);
    this.#restarts = new Counter({
      name: "switchyard_renderer_restarts_total",
      help: "How often the process that draws pages was replaced, by why.",
      labelNames: ["reason"] as const,
      registers,
    });
  }

  /**
   * Resolves when the first process is ready. Rejects when it ends before: there is no build, or it
   * does not work.
   */
  start(): Promise<void> {
    return new Promise((resolve, reject) => this.#spawn(resolve, reject));
  }

  /**
   * Answers a page's request. Rejects with RendererAway when nothing has been answered; later
   * failures end the response.
   */
  async draw(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!this.#proxy) throw new RendererAway("pages cannot be drawn at the moment");
    await this.#proxy.forward(request, response).catch((cause: unknown) => {
      throw new RendererAway("the page was not drawn", { cause });
    });
  }

  /** Hands on a WebSocket, for hot reload. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (this.#proxy) this.#proxy.upgrade(request, socket, head);
    else socket.destroy();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    const late = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
    child.send({ type: "stop" }, () => {});
    await ended;
    clearTimeout(late);
  }

  #spawn(onReady: () => void, onFirstEnd?: (error: Error) => void): void {
    const { dev, dir, hostname, port, heapMb, program, logger } = this.#o;
    const env: NodeJS.ProcessEnv = { ...process.env, NEXT_TELEMETRY_DISABLED: "1" };
    for (const name of SECRETS) delete env[name];
    const child = fork(program, [], {
      cwd: dir,
      env,
      execArgv: [`--max-old-space-size=${heapMb}`, "--enable-source-maps"],
      stdio: dev ? ["ignore", "inherit", "inherit", "ipc"] : ["ignore", "pipe", "pipe", "ipc"],
    });
    this.#child = child;
    const said = [child.stdout, child.stderr].flatMap((stream) => (stream ? [this.#log(stream)] : []));
    let stopPings = () => {};
    let reason = "ended";
    const kill = (why: string) => {
      reason = why;
      child.kill("SIGKILL");
    };
    const startup = setTimeout(() => kill("did not start"), START_MS);
    child.on("message", (message: FromChild) => {
      if (message.type === "fault") {
        const error = new Error(message.error.message);
        this.#o.onFault(Object.assign(error, message.error), message.fault);
      }
      if (message.type !== "ready") return;
      clearTimeout(startup);
      this.#proxy = new PageProxy(message.port, this.#secret, this.#o.pageMs);
      stopPings = this.#ping(child, () => kill("hung"));
      onReady();
    });
    const begun = performance.now();
    child.once("error", (err) => logger.error({ err }, "the process that draws pages could not be started"));
    child.once("exit", (code, signal) => {
      clearTimeout(startup);
      stopPings();
      const wasReady = this.#proxy !== undefined;
      this.#proxy?.close();
      this.#proxy = undefined;
      if (this.#closed) return;
      if (onFirstEnd && !wasReady) {
        onFirstEnd(
          new Error(`pages cannot be drawn: ${said.flatMap((lines) => lines()).join("\n") || signal || code}`),
        );
        return;
      }
      this.#restarts.inc({ reason });
      this.#failures = performance.now() - begun > STABLE_MS ? 0 : this.#failures + 1;
      const pauseMs = Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** this.#failures);
      logger.error({ reason, code, signal, pauseMs }, "the process that draws pages has ended; another one is started");
      this.#timer = setTimeout(() => this.#spawn(() => logger.info("pages are drawn again")), pauseMs);
    });
    child.send({ type: "start", dev, dir, hostname, port, secret: this.#secret }, () => {});
  }

  /**
   * Calls `hung` when the process has let so many pings pass. They are counted, not timed: while
   * this process waits, nobody is late.
   */
  #ping(child: ChildProcess, hung: () => void): () => void {
    const most = Math.max(1, Math.ceil(this.#o.hangMs / PING_MS));
    let unanswered = 0;
    child.on("message", (message: FromChild) => {
      if (message.type !== "pong") return;
      unanswered = 0;
      this.#rssBytes = message.rssBytes;
    });
    const timer = setInterval(() => {
      if (unanswered >= most) return hung();
      unanswered += 1;
      child.send({ type: "ping" }, () => {});
    }, PING_MS);
    timer.unref();
    return () => clearInterval(timer);
  }

  /** Passes on what it prints to the log; answers its last lines. */
  #log(stream: Readable): () => string[] {
    const last: string[] = [];
    stream.setEncoding("utf8");
    createInterface({ input: stream }).on("line", (line) => {
      if (line.trim() === "") return;
      const text = line.slice(0, LINE_CHARS);
      last.push(text);
      if (last.length > 20) last.shift();
      if (this.#proxy) this.#o.logger.warn({ line: text }, "said while pages were drawn");
    });
    return () => last;
  }
}
