import { mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { startEmbedded } from "../../server/database/embedded.ts";
import { startServer } from "../server.ts";
import { createDenominators } from "./denominators.ts";
import { benchFigures } from "./figures.ts";
import { createHandlers } from "./handlers.ts";
import { createPoster } from "./http.ts";
import { benchInbox } from "./inbox.ts";
import { closedLoop, type Measured, median } from "./load.ts";
import { benchTiers } from "./tiers.ts";

/**
 * `npm run bench`: what a commit costs, as ratios to what bare Postgres does in the same run.
 * Rounds alternate between the two, and the medians over the rounds are printed, because machines
 * drift. Durability is on in both arms. A third argument, `commits`, `tiers`, `figures` or `inbox`,
 * picks one part; the last two take long to fill and run only when asked for.
 */
const ROUNDS = Number(process.argv[2] ?? 3);
const MS = Number(process.argv[3] ?? 4000);
const PART = process.argv[4];

interface Round {
  rows1: Measured;
  rows64: Measured;
  recordset: number;
  single1: Measured;
  single64: Measured;
  batch4: Measured;
  handler: { p50: number; p99: number; missed: number };
}

const folder = mkdtempSync(path.join(os.tmpdir(), "switchyard-bench-"));
const postgres = await startEmbedded(path.join(folder, "pg"));
const server = await startServer({ dataDir: path.join(folder, "data"), env: { DATABASE_URL: postgres.url } });
const denominators = await createDenominators(postgres.url);
const poster = createPoster(server.url, server.key);

try {
  console.log(
    `machine: ${os.cpus().length} × ${os.cpus()[0]?.model}, Node ${process.version}, ${ROUNDS} rounds of ${MS} ms`,
  );
  if (PART === undefined || PART === "commits") await benchCommits();
  if (PART === undefined || PART === "tiers") await benchTiers(postgres.url, ROUNDS, MS / 2);
  if (PART === "figures") await benchFigures(postgres.url, ROUNDS);
  if (PART === "inbox") await benchInbox(postgres.url, ROUNDS);
} finally {
  poster.close();
  await denominators.close();
  await server.stop();
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
}

async function benchCommits(): Promise<void> {
  const quiet: Round[] = [];
  for (let round = 0; round < ROUNDS; round += 1) quiet.push(await measure());
  report("alone", quiet);
  const release = await denominators.holdSnapshot();
  const held: Round[] = [];
  for (let round = 0; round < ROUNDS; round += 1) held.push(await measure());
  await release();
  report("with another transaction's snapshot held open", held);
}

async function measure(): Promise<Round> {
  const event = {
    type: "event.append",
    eventType: "x.bench",
    payload: { n: 1, text: "a payload of about the size of an event" },
  };
  const one = poster.prepare([event]);
  const hundred = poster.prepare(Array.from({ length: 100 }, () => event));
  return {
    rows1: await denominators.rowCommits(1, MS / 2),
    single1: await closedLoop(1, MS / 2, one),
    rows64: await denominators.rowCommits(64, MS),
    single64: await closedLoop(64, MS, one),
    recordset: await denominators.recordsetRows(MS / 2),
    batch4: await closedLoop(4, MS, hundred),
    handler: await handled(one),
  };
}

/** With 200 sockets listening, which the other measures do without. */
async function handled(commit: () => Promise<{ lastSeq: number }>): Promise<Round["handler"]> {
  const handlers = await createHandlers(server.url, server.key, 200);
  try {
    return await handlers.measure(commit, 100, MS);
  } finally {
    handlers.close();
  }
}

function report(title: string, rounds: readonly Round[]): void {
  const mid = (of: (round: Round) => number) => median(rounds.map(of));
  const mutations = (round: Round) => round.batch4.perSecond * 100;
  const lines: [string, string, string][] = [
    [
      "one-row commits, 1 connection (denominator)",
      `${n(mid((r) => r.rows1.perSecond))}/s`,
      `p50 ${f(mid((r) => r.rows1.p50))} ms`,
    ],
    [
      "one-row commits, 64 connections (denominator)",
      `${n(mid((r) => r.rows64.perSecond))}/s`,
      `p50 ${f(mid((r) => r.rows64.p50))} ms`,
    ],
    ["recordset inserts of 500 (denominator)", `${n(mid((r) => r.recordset))} rows/s`, ""],
    [
      "single mutation, 1 in flight",
      `${n(mid((r) => r.single1.perSecond))}/s`,
      `p50 ${f(mid((r) => r.single1.p50))}, p99 ${f(mid((r) => r.single1.p99))} ms; ${f(mid((r) => r.single1.p50 / r.rows1.p50))} × one raw commit (aim ≤ 4)`,
    ],
    [
      "single mutation, 64 in flight",
      `${n(mid((r) => r.single64.perSecond))}/s`,
      `p50 ${f(mid((r) => r.single64.p50))}, p99 ${f(mid((r) => r.single64.p99))} ms; ${f(mid((r) => r.single64.perSecond / r.rows64.perSecond))} × one-row commits (aim ≥ 0.8)`,
    ],
    [
      "100 mutations, 4 in flight",
      `${n(mid(mutations))} mutations/s`,
      `${f(mid((r) => mutations(r) / r.recordset))} × recordset inserts (aim ≥ 0.15 and ≥ 20,000/s)`,
    ],
    [
      "commit → handler, 200 sockets, 100 commits/s",
      `p50 ${f(mid((r) => r.handler.p50))} ms`,
      `p99 ${f(mid((r) => r.handler.p99))} ms (aim ≤ 5 and ≤ 30), missed ${rounds.reduce((sum, r) => sum + r.handler.missed, 0)}`,
    ],
  ];
  console.log(`\n${title}`);
  for (const [what, figure, more] of lines) console.log(`  ${what.padEnd(48)} ${figure.padStart(20)}  ${more}`);
}

function n(value: number): string {
  return Math.round(value).toLocaleString("en");
}

function f(value: number): string {
  return value.toFixed(2);
}
