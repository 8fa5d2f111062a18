import { once } from "node:events";
import http, { type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { createInterface } from "node:readline";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { tries } from "../../../domain/kernel/depth.test-kit.ts";
import type { LogEvent } from "../../../domain/kernel/event.ts";
import { createDatabase, type Database } from "../../database/client.ts";
import { commit, openStore } from "../../store/lane/lane.test-kit.ts";
import { archived, openRetention, openTrim, temporaryFolder } from "../../store/maintenance/retention.test-kit.ts";
import { ensureTenant } from "../../store/tenants.ts";
import type { Store } from "../../store/types.ts";
import { mintApiKey } from "../auth/api-keys.ts";
import { createTestApp, type TestApp } from "../test-app.ts";

let t: TestApp;
let beside: Database;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;

beforeAll(async () => {
  t = await createTestApp();
  beside = createDatabase(t.database.url, { max: 4 });
  folder = await temporaryFolder();
  await t.app.listen({ port: 0, host: "127.0.0.1" });
});
afterAll(async () => {
  await beside.close();
  await t.close();
  await folder.remove();
});

const STEPS = ["prepare", "raise", "record", "remove"] as const;
type Step =
  | { do: "commit"; node: 0 | 1; events: number; times: number }
  | { do: "trim"; node: 0 | 1; segment: number }
  /** A trim that a crash ends behind one of its steps; `part` of what it could take. */
  | { do: "crash"; node: 0 | 1; part: number; behind: (typeof STEPS)[number]; segment: number };

const node = fc.constantFrom<0 | 1>(0, 1);
const segment = fc.constantFrom(1, 4, 50_000);
const steps = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant("commit" as const),
        node,
        events: fc.integer({ min: 1, max: 5 }),
        times: fc.integer({ min: 1, max: 6 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("trim" as const), node, segment }) },
    {
      weight: 2,
      arbitrary: fc.record({
        do: fc.constant("crash" as const),
        node,
        part: fc.double({ min: 0, max: 1, noNaN: true }),
        behind: fc.constantFrom(...STEPS),
        segment,
      }),
    },
  ),
  { minLength: 8, maxLength: 30 },
);

test("for any commits and any end of a trim: the chain holds, the log is gapless behind its floor, archive and log are the whole", async () => {
  let tenants = 0;
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      tenants += 1;
      const tenant = `p${tenants}`;
      await ensureTenant(t.deps.prisma, tenant, tenant);
      const { secret } = await mintApiKey(t.deps.prisma, { tenantId: tenant, name: "tests" });
      const second = await openStore(beside, tenant);
      const stores = [t.deps.store, second] as const;
      const world = { tenant, secret, stores, whole: new Map<number, LogEvent>() };
      try {
        let n = 0;
        for (const step of all) {
          if (step.do === "commit") {
            for (let time = 0; time < step.times; time += 1) {
              n += 1;
              const note = { type: "event.append" as const, eventType: "x.note", payload: { n } };
              const mutations = Array.from({ length: step.events }, () => note);
              await commit(stores[step.node], mutations, {}, tenant);
            }
            continue;
          }
          await remember(world);
          await trim(step, world);
          await check(world);
        }
      } finally {
        await second.close();
      }
    }),
    { numRuns: tries(12, 3), endOnFailure: true },
  );
}, 180_000);

interface World {
  tenant: string;
  secret: string;
  stores: readonly [Store, Store];
  /** Every event there ever was. */
  whole: Map<number, LogEvent>;
}

async function remember({ tenant, stores, whole }: World): Promise<void> {
  for (const event of await stores[0].readEvents(tenant, { after: 0, limit: 100_000 })) whole.set(event.seq, event);
}

async function trim(step: Exclude<Step, { do: "commit" }>, { tenant, stores }: World): Promise<void> {
  const store = stores[step.node];
  const { dir } = folder;
  if (step.do === "trim") {
    await openRetention(t.database, store, { archiveDir: dir, segmentEvents: step.segment }).trim(tenant);
    return;
  }
  const crashed = openTrim(t.database, store, tenant, dir, step.segment);
  const reached = STEPS.indexOf(step.behind);
  const { head, floor } = await store.head(tenant);
  const upTo = floor + Math.floor(step.part * (head - floor));
  // What an earlier crash has left comes first, as in every pass.
  await crashed.record();
  await crashed.remove();
  const ready = await crashed.prepare(upTo);
  if (ready && reached >= 1) await crashed.raise(ready);
  if (reached >= 2) await crashed.record();
  if (reached >= 3) await crashed.remove();
}

async function check(world: World): Promise<void> {
  const { tenant, stores, whole } = world;
  await remember(world);
  const { head, floor } = await stores[0].head(tenant);
  for (const store of stores) expect(await store.verify(tenant)).toMatchObject({ valid: true, from: floor + 1 });
  // The floor is where a receipt ends, and none is cut in two.
  const [cut] = await t.deps.prisma.receipt.findMany({
    where: { tenantId: tenant, firstSeq: { lte: floor }, lastSeq: { gt: floor } },
  });
  expect(cut).toBeUndefined();
  const kept = await pages(world, `after=${floor}`);
  expect(kept.map(({ seq }) => seq)).toEqual(Array.from({ length: head - floor }, (_, at) => floor + 1 + at));
  const gone = floor > 0 ? (await archived(folder.dir, tenant)).events.filter(({ seq }) => seq <= floor) : [];
  const all = [...gone, ...kept];
  expect(all.map(({ seq }) => seq)).toEqual(Array.from({ length: head }, (_, at) => at + 1));
  for (const event of all) if (whole.has(event.seq)) expect(event).toEqual(whole.get(event.seq));
  for (const query of [`after=${floor - 1}`, `after=0&follow=true`]) {
    if (floor === 0) continue;
    const answer = await ask(world, query);
    expect([answer.statusCode, answer.json()]).toMatchObject([410, { code: "position_gone", floor }]);
  }
  if (head > floor) expect(await firstFollowed(world, floor)).toBe(floor + 1);
}

const ask = ({ secret }: World, query: string) =>
  t.app.inject({ url: `/api/v1/events?${query}`, headers: { authorization: `Bearer ${secret}` } });

async function pages(world: World, query: string): Promise<LogEvent[]> {
  const events: LogEvent[] = [];
  for (let more = ""; ; ) {
    const { items, nextCursor } = (await ask(world, `${query}&limit=1000${more}`)).json();
    events.push(...items);
    if (nextCursor === null) return events;
    more = `&cursor=${nextCursor}`;
  }
}

/** The position of the first event that a stream from a position on gives. */
async function firstFollowed({ secret }: World, after: number): Promise<number> {
  const { port } = t.app.server.address() as AddressInfo;
  const path = `/api/v1/events?follow=true&after=${after}`;
  const request = http.get({ port, path, headers: { authorization: `Bearer ${secret}` } });
  try {
    const [response] = (await once(request, "response")) as [IncomingMessage];
    const lines = createInterface({ input: response })[Symbol.asyncIterator]();
    for (;;) {
      const { value } = await lines.next();
      if (value !== "") return (JSON.parse(value as string) as LogEvent).seq;
    }
  } finally {
    request.destroy();
  }
}
