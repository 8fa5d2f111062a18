import { createServer } from "node:net";
import type { Logger } from "pino";
import { type Composed, compose } from "./compose.ts";
import { type Config, loadConfig, unknownSettings } from "./config.ts";
import { StartupError } from "./database/errors.ts";
import { faultOf, SENTENCES } from "./database/faults.ts";
import { createLogger } from "./log.ts";
import { isAnyAddress, originOf, portOf, reachable } from "./origin.ts";
import { noteAddress } from "./own-address.ts";
import { welcome } from "./welcome.ts";

/**
 * The promise is 5 s from the signal to the end of the process; the rest is for the exit itself.
 */
const HARD_EXIT_MS = 4_700;

/**
 * The process's life: starting → serving → stopping → gone.
 * - starting: configuration, port, then every part in order; a failure prints one line and ends
 *   with code 1.
 * - serving: two lines on stdout say how to sign in.
 * - stopping, by SIGTERM, SIGINT or SIGHUP (code 0) or by a fault nobody caught (code 1): drain and
 *   close in reverse. A second signal, or the time running out, ends the process at once; Postgres
 *   is stopped on every way out.
 */
class Process {
  private readonly config: Config;
  private readonly logger: Logger;
  private server: Composed | undefined;
  private stopping = false;

  constructor(config: Config, logger: Logger) {
    this.config = config;
    this.logger = logger;
  }

  async start(): Promise<void> {
    for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"] as const) {
      process.on(signal, () => (this.stopping ? process.exit(1) : this.stop(0, signal)));
    }
    for (const event of ["uncaughtException", "unhandledRejection"] as const) {
      process.on(event, (err: unknown) => {
        this.logger.fatal({ err }, event);
        if (!this.stopping) this.stop(1, event);
      });
    }
    await requireFreePort(this.config);
    const server = await compose(this.config, { logger: this.logger });
    this.server = server;
    try {
      if (!this.stopping) await this.serve(server);
    } catch (error) {
      await server.close();
      throw error;
    }
    // Asked to stop while starting: `stop` had nothing to close yet.
    if (this.stopping) server.close().then(() => process.exit(process.exitCode ?? 0));
  }

  private async serve(server: Composed): Promise<void> {
    await listen(server, this.config);
    server.started();
    const port = portOf(server.app.server, this.config.port);
    if (this.config.publicUrl === undefined && isAnyAddress(this.config.host)) {
      const links = originOf(this.config, port);
      this.logger.warn({ links }, "links in notifications lead to this machine only: set SWITCHYARD_PUBLIC_URL");
    }
    // Next's hot reload listens for upgrades from its first page on; a tab left open must not have
    // to wait for somebody to ask.
    if (this.config.development) fetch(`http://${reachable(this.config.host)}:${port}/login`).catch(() => {});
    await noteAddress(this.config.dataDir, `http://${reachable(this.config.host)}:${port}`);
    for (const line of await welcome(this.config, port, server)) process.stdout.write(`${line}\n`);
  }

  private stop(code: number, reason: string): void {
    this.stopping = true;
    process.exitCode = code;
    this.logger.info({ reason }, "stopping");
    setTimeout(() => {
      this.logger.warn("not everything could be closed in time");
      process.exit(code);
    }, HARD_EXIT_MS).unref();
    // Still starting: `start` closes what it has built as soon as it sees this, or the time runs
    // out.
    if (this.server === undefined) return;
    this.server.close().then(() => process.exit(code));
  }
}

/** Says so before a database is started for nothing. */
async function requireFreePort({ host, port }: Config): Promise<void> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once("error", (error: NodeJS.ErrnoException) => reject(portError(error, host, port)));
    probe.listen({ host: address(host), port, exclusive: true }, resolve);
  });
  await new Promise((resolve) => probe.close(resolve));
}

async function listen({ app }: Composed, { host, port }: Config): Promise<void> {
  try {
    await app.listen({ host: address(host), port });
  } catch (error) {
    throw portError(error as NodeJS.ErrnoException, host, port);
  }
}

/**
 * Fastify would open a second server for the other family of localhost, which sockets do not know
 * of.
 */
function address(host: string): string {
  return host === "localhost" ? "127.0.0.1" : host;
}

function portError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const why: Record<string, string> = {
    EADDRINUSE: `port ${port} of ${host} is taken by another program; stop it or set PORT to another one`,
    EACCES: `port ${port} of ${host} is not open to this user; set PORT to 1024 or above`,
    EAFNOSUPPORT: `this machine does not speak the protocol of ${host} (IPv6 may be off); set HOST to another address`,
    EAI_AGAIN: `the name ${host} cannot be looked up now; set HOST to an address of this machine`,
    EADDRNOTAVAIL: `this machine has no address ${host}; set HOST to one it has`,
    ENOTFOUND: `the name ${host} is not known; set HOST to an address of this machine`,
  };
  const message = why[error.code ?? ""];
  return message === undefined ? error : new StartupError("port_taken", message, { cause: error });
}

async function main(): Promise<void> {
  // A reader that went away (`npm start | head`) is no reason to stop serving.
  process.stdout.on("error", () => {});
  try {
    const config = loadConfig();
    const logger = createLogger(config.logLevel);
    for (const { name, meant } of unknownSettings(process.env)) {
      logger.warn({ name, meant }, `${name} is no setting${meant ? `; is ${meant} meant?` : ""}`);
    }
    await new Process(config, logger).start();
  } catch (error) {
    const message = error instanceof StartupError ? error.message : `cannot start: ${causeOf(error)}`;
    process.stderr.write(`switchyard: ${message}\n`);
    process.exit(1);
  }
}

/** One line for a refusal of the database; any other error with its stack, for developers. */
function causeOf(error: unknown): string {
  const fault = faultOf(error);
  if (fault?.about !== "state") return stackOf(error);
  const [line = ""] = String(error instanceof Error ? error.message : error)
    .trim()
    .split("\n")
    .slice(-1);
  return `${SENTENCES[fault.reason]}${fault.code ? ` (${fault.code})` : ""}: ${line}`;
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

await main();
