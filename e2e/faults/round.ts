import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { startOwnPostgres } from "../own-postgres.ts";
import { type RunningServer, startServer } from "../server.ts";
import { breakServer, isAlive, sweep } from "./breakage.ts";
import { Caller } from "./caller.ts";
import { checkAll } from "./checks/all.ts";
import { overdue } from "./checks/timers.ts";
import { readHistory } from "./history.ts";
import { Ledger } from "./ledger.ts";
import { goOn, loadWhile } from "./load.ts";
import { type Plan, planOf } from "./plan.ts";

/** How a round went. No faults: everything that must hold did. */
export interface Round {
  plan: Plan;
  faults: string[];
  figures: {
    acknowledged: number;
    lost: number;
    events: number;
    /**
     * How many timers had become due before the server was ready again, and how late the last of
     * them fired, ms.
     */
    overdue: number;
    latestMs: number;
    tookMs: number;
  };
  /** Kept for a look when something broke; else gone. */
  dataDir: string | null;
}

/**
 * One round: load on a real server, a fault in the middle of it, what goes on after it, and what
 * must hold then.
 */
export async function runRound(seed: number): Promise<Round> {
  const begun = performance.now();
  const plan = planOf(seed);
  const dataDir = mkdtempSync(path.join(os.tmpdir(), `switchyard-faults-${seed}-`));
  chmodSync(dataDir, 0o711);
  const ledger = new Ledger();
  const round: Round = {
    plan,
    faults: [],
    figures: { acknowledged: 0, lost: 0, events: 0, overdue: 0, latestMs: 0, tookMs: 0 },
    dataDir,
  };
  const props = await (plan.fault === "database stopped for a while" ? withOwnDatabase : withServers)(plan, dataDir);
  try {
    const { server } = props;
    const caller = new Caller(server.url, server.key, ledger);
    let downAt = 0;
    const kept = await loadWhile(plan, caller, async () => {
      await props.fault();
      downAt = Date.now();
    });
    round.figures.lost = ledger.of("unknown").length;
    caller.url = await props.goOn();
    const outage = { downAt, readyAt: Date.now() };
    await goOn(plan, caller, kept);
    const history = await readHistory(caller);
    const timers = overdue(history.events, outage);
    round.faults.push(...checkAll(history, ledger, outage), ...props.complaints());
    Object.assign(round.figures, {
      acknowledged: ledger.of("acknowledged").length,
      events: history.events.length,
      overdue: timers.length,
      latestMs: Math.max(0, ...timers.map(({ lateMs }) => lateMs ?? 0)),
    });
  } catch (error) {
    round.faults.push(`${error instanceof Error ? error.stack : error}`);
  }
  await props.end(round.faults.length === 0);
  if (round.faults.length > 0) writeFileSync(path.join(dataDir, "sent.json"), JSON.stringify(ledger.sent, null, 1));
  else {
    rmSync(dataDir, { recursive: true, force: true });
    round.dataDir = null;
  }
  round.figures.tookMs = performance.now() - begun;
  return round;
}

interface Props {
  server: RunningServer;
  fault: () => Promise<void>;
  /** Brings about that work can go on; answers where. */
  goOn: () => Promise<string>;
  /** What is wrong with what the servers themselves have said. */
  complaints: () => string[];
  end: (clean: boolean) => Promise<void>;
}

/** Lines that say what a server does are among those that it prints. */
const TALKATIVE = { LOG_LEVEL: "info" };

/**
 * A server with its own Postgres, which end one way or another, and another server on the same data
 * after it.
 */
async function withServers(plan: Plan, dataDir: string): Promise<Props> {
  let server = await startServer({ dataDir, env: TALKATIVE });
  const servers = [server];
  return {
    server,
    fault: () => breakServer(plan, server),
    async goOn() {
      if (isAlive(server.pid)) return server.url;
      server = await startAgain(plan, dataDir);
      servers.push(server);
      return server.url;
    },
    complaints: () => (/"msg":"recovered"/.test(server.output()) ? [] : ["the server did not say what it recovered"]),
    async end(clean) {
      await server.stop({ keepData: true });
      sweep(dataDir);
      if (!clean) keepOutput(dataDir, servers);
    },
  };
}

/**
 * A server that lives on while the Postgres that it uses is stopped at once and started again
 * later.
 */
async function withOwnDatabase(plan: Plan, dataDir: string): Promise<Props> {
  const postgres = await startOwnPostgres(dataDir);
  const server = await startServer({ dataDir, env: { ...TALKATIVE, DATABASE_URL: postgres.url } });
  return {
    server,
    async fault() {
      await postgres.crash();
      // The load goes on meanwhile, and for a while after.
      await delay(plan.frozenMs);
      await postgres.start();
      await delay(plan.frozenMs / 2);
    },
    goOn: async () => server.url,
    complaints: () => {
      const said = [/"msg":"the database is away/, /"msg":"the database is back"/].map((line) =>
        line.test(server.output()),
      );
      return said.every(Boolean) ? [] : ["the server did not say that its database went and came back"];
    },
    async end(clean) {
      await server.stop({ keepData: true });
      await (clean ? postgres.remove() : postgres.stop());
      if (!clean) keepOutput(dataDir, [server]);
    },
  };
}

/** What the servers have said, for who looks into a failed round. */
function keepOutput(dataDir: string, servers: readonly RunningServer[]): void {
  servers.forEach((server, index) => {
    writeFileSync(path.join(dataDir, `server-${index + 1}.log`), server.output());
  });
}

/** Starts a server on what the last one has left, maybe killing one while it starts. */
async function startAgain({ killAgainAfterMs }: Plan, dataDir: string): Promise<RunningServer> {
  if (killAgainAfterMs !== null) {
    const start = startServer({
      dataDir,
      onSpawn: (pid) => void delay(killAgainAfterMs).then(() => process.kill(pid, "SIGKILL")),
    });
    // It may be up already, or be killed before it is.
    await start.then((up) => up.kill("SIGKILL")).catch(() => {});
  }
  return await startServer({ dataDir, env: TALKATIVE });
}
