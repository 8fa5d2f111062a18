import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { freePort, startServer } from "../server.ts";
import { createPoster } from "./http.ts";
import { closedLoop, type Measured, median } from "./load.ts";

/**
 * What each tier brings to a read of a run's state, as a ratio to the same read from Postgres in
 * the same run.
 */

interface Size {
  name: string;
  /** Length of the text in the run's context. */
  length: number;
  /** Reading these in turn, a hot tier of 1 MiB has always lost the next one. */
  many: number;
  /** These it keeps. */
  few: number;
}

const SIZES: readonly Size[] = [
  { name: "1 KB", length: 1_000, many: 1_500, few: 50 },
  { name: "100 KB", length: 100_000, many: 40, few: 2 },
];
const CALLERS = [1, 16];
const PROGRAM = "redis-server";
const ENV = { HOT_TIER_MB: "1", REDIS_URL: "" };

type Case = "durable" | "memory, as of now" | "memory, minSeq" | "redis, as of now" | "redis, minSeq";

export async function benchTiers(databaseUrl: string, rounds: number, ms: number): Promise<void> {
  const redis = await startRedis();
  const plain = await startServer({ env: { ...ENV, DATABASE_URL: databaseUrl } });
  const shared = redis && (await startServer({ env: { ...ENV, DATABASE_URL: databaseUrl, REDIS_URL: redis.url } }));
  const posters = [plain, ...(shared ? [shared] : [])].map((server) => createPoster(server.url, server.key));
  const [direct, viaRedis] = posters as [Poster, Poster | undefined];
  try {
    for (const size of SIZES) {
      const head = await createRuns(direct, size);
      if (viaRedis) for (let run = 0; run < size.many; run += 1) await viaRedis.get(pathOf(size, run));
      for (const callers of CALLERS) {
        const found = new Map<Case, Found[]>();
        for (let round = 0; round < rounds; round += 1) {
          for (const [name, poster, count, minSeq] of casesOf(size, direct, viaRedis, head)) {
            const measured = await measure({ name, poster, size, count, callers, ms, ...(minSeq && { minSeq }) });
            found.set(name, [...(found.get(name) ?? []), measured]);
          }
        }
        report(size, callers, found);
      }
    }
    if (viaRedis) await lane(direct, viaRedis, rounds, ms);
    else console.log("  (no redis-server on this machine: Redis is left out)");
  } finally {
    for (const poster of posters) poster.close();
    await plain.stop();
    await shared?.stop();
    redis?.stop();
  }
}

type Poster = ReturnType<typeof createPoster>;

function casesOf(size: Size, direct: Poster, viaRedis: Poster | undefined, head: number) {
  const cases: [Case, Poster, number, number | undefined][] = [
    ["durable", direct, size.many, undefined],
    ["memory, as of now", direct, size.few, undefined],
    ["memory, minSeq", direct, size.few, head],
  ];
  if (viaRedis) {
    cases.push(["redis, as of now", viaRedis, size.many, undefined], ["redis, minSeq", viaRedis, size.many, head]);
  }
  return cases;
}

const pathOf = (size: Size, run: number) => `/runs/bench-${size.length}-${run}/state`;

/** Answers the position of the log after them. */
async function createRuns(poster: Poster, size: Size): Promise<number> {
  let head = 0;
  const text = "x".repeat(size.length);
  const batch = Math.max(1, Math.floor(500_000 / size.length));
  for (let from = 0; from < size.many; from += batch) {
    const runs = Array.from({ length: Math.min(batch, size.many - from) }, (_, index) => ({
      type: "run.create",
      runId: `bench-${size.length}-${from + index}`,
      workflow: "bench",
      context: { text },
    }));
    head = (await poster.prepare(runs)()).lastSeq;
  }
  return head;
}

interface Reads {
  name: Case;
  poster: Poster;
  size: Size;
  count: number;
  callers: number;
  ms: number;
  minSeq?: number;
}

interface Found extends Measured {
  meant: number;
}

/**
 * Reads runs in turn; `meant` is the share of the answers that came from the tier that is measured.
 */
async function measure({ name, poster, size, count, callers, ms, minSeq }: Reads): Promise<Found> {
  const tier = `"tier":"${name.split(",")[0]}"`;
  let next = 0;
  let reads = 0;
  let meant = 0;
  const measured = await closedLoop(callers, ms, async () => {
    const path = pathOf(size, next);
    next = (next + 1) % count;
    const answer = await poster.get(minSeq === undefined ? path : `${path}?minSeq=${minSeq}`);
    reads += 1;
    if (answer.includes(tier, answer.length - 300)) meant += 1;
  });
  return { ...measured, meant: meant / reads };
}

function report(size: Size, callers: number, found: ReadonlyMap<Case, readonly Found[]>): void {
  console.log(`\nreads of a run's state, context of ${size.name}, ${callers} in flight`);
  const durable = found.get("durable") ?? [];
  for (const [name, rounds] of found) {
    const mid = (of: (round: Found) => number) => median(rounds.map(of));
    const ratio = (of: (round: Found) => number) =>
      median(rounds.map((round, index) => of(round) / of(durable[index] ?? round))).toFixed(2);
    const [perSecond, p50] = [(round: Found) => round.perSecond, (round: Found) => round.p50];
    const rate = `${Math.round(mid(perSecond)).toLocaleString("en")}/s, ${ratio(perSecond)} × durable`;
    const time = `p50 ${mid(p50).toFixed(2)} ms, ${ratio(p50)} × durable`;
    const meant = `${Math.round(100 * mid((round) => round.meant))} % from there`;
    console.log(`  ${name.padEnd(20)} ${rate.padEnd(30)} ${time.padEnd(32)} ${meant}`);
  }
}

/** What publishing to Redis costs a commit. */
async function lane(direct: Poster, viaRedis: Poster, rounds: number, ms: number): Promise<void> {
  const runId = "bench-1000-0";
  const change = [{ type: "step.increment", runId }];
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const without = await closedLoop(16, ms, direct.prepare(change));
    const published = await closedLoop(16, ms, viaRedis.prepare(change));
    ratios.push(published.perSecond / without.perSecond);
  }
  console.log(`\ncommits that change a run, 16 in flight, with Redis: ${median(ratios).toFixed(2)} × without`);
}

/** A Redis for as long as the bench runs; undefined when the machine has none. */
async function startRedis(): Promise<{ url: string; stop: () => void } | undefined> {
  if (spawnSync(PROGRAM, ["--version"]).status !== 0) return undefined;
  const port = await freePort();
  const options = ["--bind", "127.0.0.1", "--port", String(port), "--save", "", "--appendonly", "no"];
  const child = spawn(PROGRAM, options, { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  return { url: `redis://127.0.0.1:${port}`, stop: () => void child.kill() };
}
