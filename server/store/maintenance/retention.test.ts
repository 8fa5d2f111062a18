import { readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { LogEvent } from "../../../domain/kernel/event.ts";
import { createTestDatabase, type TestDatabase } from "../../testing/database.ts";
import { commit, openStore } from "../lane/lane.test-kit.ts";
import { laneDatabase } from "../lane/lane-database.ts";
import { AlreadyRunning } from "../lease.ts";
import type { Store } from "../types.ts";
import {
  archived,
  archiveFiles,
  countLog,
  fillLog,
  keptEvents,
  note,
  openRetention,
  openTrim,
  temporaryFolder,
} from "./retention.test-kit.ts";
import { lastOld } from "./trim-statements.ts";

let database: TestDatabase;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let store: Store;
let tenants = 0;
let tenant = "";

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  tenants += 1;
  tenant = `t${tenants}`;
  folder = await temporaryFolder();
  store = await openStore(database, tenant);
});
afterEach(async () => {
  await store.close();
  await folder.remove();
});

const fill = (commits: number) => fillLog(store, tenant, commits);
const where = () => ({ tenantId: tenant });
const rows = () => countLog(database, tenant);
const trimEvents = async () => (await keptEvents(store, tenant)).filter((event) => event.type === "log.trimmed");
const positions = (events: LogEvent[]) => events.map((event) => event.seq);
const upTo = (last: number) => Array.from({ length: last }, (_, at) => at + 1);

describe("old events are removed", () => {
  test("events and receipts are removed, the log records it, and the rest verifies from its checkpoint", async () => {
    await fill(5);
    const retention = openRetention(database, store);
    expect(await retention.trim(tenant)).toMatchObject({
      from: 0,
      floor: 10,
      events: 10,
      receipts: 5,
      archive: null,
      more: false,
    });
    expect(await store.head(tenant)).toMatchObject({ head: 11, floor: 10 });
    expect(await rows()).toEqual({ events: 1, receipts: 1 });
    expect(await trimEvents()).toMatchObject([
      { seq: 11, actor: "system:clock", payload: { from: 0, floor: 10, events: 10, receipts: 5, archive: null } },
    ]);
    expect(await store.verify(tenant)).toEqual({ valid: true, from: 11, checked: 1 });
    await fill(2);
    expect(await store.verify(tenant)).toEqual({ valid: true, from: 11, checked: 3 });
    expect(retention.logged).toMatchObject([{ tenantId: tenant, floor: 10, events: 10, receipts: 5 }]);
    const metrics = await retention.registry.metrics();
    expect(metrics).toContain('retention_deleted_rows_total{table="event"} 10');
    expect(metrics).toContain('retention_passes_total{outcome="done"} 1');
  });

  test("young ones stay, and a dry run reports what would be removed without doing it", async () => {
    await fill(3);
    const day = openRetention(database, store, { keepMs: 86_400_000 });
    expect(await day.trim(tenant)).toMatchObject({ floor: 0, events: 0, receipts: 0 });
    expect(await day.trimmable()).not.toContain(tenant);
    const all = openRetention(database, store);
    expect(await all.trimmable()).toContain(tenant);
    expect(await all.trim(tenant, { dryRun: true })).toMatchObject({
      dryRun: true,
      from: 0,
      floor: 6,
      events: 6,
      receipts: 3,
    });
    expect(await rows()).toEqual({ events: 6, receipts: 3 });
    expect(await store.head(tenant)).toMatchObject({ head: 6, floor: 0 });
  });

  test("for any time, what is old ends with the newest receipt of that age, wherever the floor is", async () => {
    await fill(40);
    const receipts = await database.prisma.receipt.findMany({ where: where(), orderBy: { lastSeq: "asc" } });
    const queries = laneDatabase(database.pool);
    for (const { committedAt } of receipts) {
      for (const at of [committedAt.getTime() - 1, committedAt.getTime()]) {
        const old = receipts.filter((receipt) => receipt.committedAt.getTime() <= at).length;
        for (const floor of [0, 2, 40].filter((one) => one <= 2 * old)) {
          expect(await lastOld(queries, tenant, { floor, seq: 80 }, new Date(at).toISOString())).toBe(2 * old);
        }
      }
    }
  });

  test("an idle log is left alone: records of former trims by themselves are not trimmed", async () => {
    await fill(2);
    const retention = openRetention(database, store);
    await retention.trim(tenant);
    const { head } = await store.head(tenant);
    for (let again = 0; again < 3; again += 1) await retention.trim(tenant);
    expect(await store.head(tenant)).toMatchObject({ head });
    await fill(1);
    expect(await retention.trim(tenant)).toMatchObject({ events: 3, receipts: 2 });
  });

  test("a log longer than a segment is removed in segments, each recorded, and a pass may stop between two", async () => {
    await fill(10);
    const retention = openRetention(database, store, { segmentEvents: 6, archiveDir: folder.dir });
    expect(await retention.trim(tenant, { budgetMs: 0 })).toMatchObject({ floor: 6, events: 6, more: true });
    expect(await retention.trim(tenant)).toMatchObject({ from: 6, events: 15, more: false });
    const all = await archived(folder.dir, tenant);
    expect(positions(all.events)).toEqual(upTo(21));
    expect((await archiveFiles(folder.dir, tenant)).length).toBe(4);
    expect(await store.verify(tenant)).toMatchObject({ valid: true });
  });

  test("thousands of events are removed in bounded batches, while commits go on", async () => {
    for (let n = 0; n < 12; n += 1)
      await commit(
        store,
        Array.from({ length: 1000 }, (_, i) => note(i)),
        {},
        tenant,
      );
    let over = false;
    const writing = (async () => {
      let commits = 0;
      for (; !over; commits += 1) await commit(store, [note(-1)], {}, tenant);
      return commits;
    })();
    const report = await openRetention(database, store, { pauseMs: 1 }).trim(tenant);
    over = true;
    expect(await writing).toBeGreaterThan(0);
    expect(report.events).toBeGreaterThanOrEqual(12_000);
    expect(await store.verify(tenant)).toMatchObject({ valid: true, from: report.floor + 1 });
  });
});

describe("the checkpoint", () => {
  test("a receipt tampered with after the checkpoint is found, and so is a wrong checkpoint", async () => {
    await fill(3);
    await openRetention(database, store).trim(tenant);
    await fill(2);
    const good = await database.prisma.logHead.findUniqueOrThrow({ where: where() });
    const next = await database.prisma.receipt.findFirstOrThrow({ where: where(), orderBy: { lastSeq: "asc" } });
    expect(next.prevHash).toBe(good.floorHash);
    const bad = { valid: false, from: 7, checked: 0, firstBad: next.receiptId };

    const update = (data: object) =>
      database.prisma.receipt.updateMany({ where: { ...where(), receiptId: next.receiptId }, data });
    await update({ prevHash: "0".repeat(64) });
    expect(await store.verify(tenant)).toEqual(bad);
    await update({ prevHash: next.prevHash, committedAt: new Date(0) });
    expect(await store.verify(tenant)).toEqual(bad);
    await update({ committedAt: next.committedAt });
    await database.prisma.event.updateMany({ where: { ...where(), seq: 7 }, data: { payload: { floor: 1 } } });
    expect(await store.verify(tenant)).toEqual(bad);
    await database.prisma.event.updateMany({ where: { ...where(), seq: 7 }, data: { payload: {} } });
    await database.prisma.receipt.deleteMany({ where: { ...where(), receiptId: next.receiptId } });
    expect(await store.verify(tenant)).toMatchObject({ valid: false, checked: 0 });
  });

  test("a checkpoint with another hash is found", async () => {
    await fill(3);
    await openRetention(database, store).trim(tenant);
    await database.prisma.logHead.update({ where: where(), data: { floorHash: "0".repeat(64) } });
    expect(await store.verify(tenant)).toMatchObject({ valid: false, from: 7, checked: 0 });
  });

  test("nothing is removed from a broken chain on: the evidence stays", async () => {
    await fill(6);
    const third = await database.prisma.receipt.findFirstOrThrow({ where: { ...where(), lastSeq: 6 } });
    await database.prisma.event.updateMany({ where: { ...where(), seq: 5 }, data: { payload: { n: 99 } } });
    const retention = openRetention(database, store, { archiveDir: folder.dir });
    expect(await retention.trim(tenant)).toMatchObject({ floor: 4, events: 4, more: false, misfit: third.receiptId });
    expect(await retention.trim(tenant)).toMatchObject({ floor: 4, events: 0, misfit: third.receiptId });
    expect(await rows()).toEqual({ events: 9, receipts: 5 });
    expect(retention.logged).toContainEqual(expect.objectContaining({ receiptId: third.receiptId }));
    expect(await retention.registry.metrics()).toContain('retention_passes_total{outcome="stopped"} 2');
    expect(await store.verify(tenant)).toMatchObject({ valid: false, firstBad: third.receiptId });
  });
});

describe("a crash between two steps", () => {
  const STEPS = ["prepare", "raise", "record", "remove"] as const;
  const ways = [true, false].flatMap((withArchive) =>
    STEPS.map((step) => ({ step, withArchive, name: `${step}, ${withArchive ? "with" : "without"} an archive` })),
  );

  test.each(ways)(
    "right after $name: the next pass continues, nothing is lost and nothing recorded twice",
    async ({ step, withArchive }) => {
      await fill(8);
      const whole = await keptEvents(store, tenant);
      const dir = withArchive ? folder.dir : undefined;
      const crashed = openTrim(database, store, tenant, dir, 6);
      const segment = await crashed.prepare(16);
      expect(segment?.to.seq).toBe(6);
      const reached = STEPS.indexOf(step);
      if (segment && reached >= 1) expect(await crashed.raise(segment)).toBe(true);
      if (reached >= 2) await crashed.record();
      if (reached >= 3) await crashed.remove();

      const others = withArchive ? await archiveFiles(folder.dir, tenant) : [];
      const retention = openRetention(database, store, { archiveDir: dir });
      await retention.trim(tenant);
      const { floor, head } = await store.head(tenant);
      expect(floor).toBeGreaterThanOrEqual(16);
      expect(await rows()).toMatchObject({ events: head - floor });
      expect(await store.verify(tenant)).toMatchObject({ valid: true, from: floor + 1 });
      if (withArchive) {
        const all = [...(await archived(folder.dir, tenant)).events, ...(await keptEvents(store, tenant))];
        expect(positions(all)).toEqual(upTo(head));
        expect(all.slice(0, 16)).toEqual(whole);
        const floors = all.flatMap((event) => (event.type === "log.trimmed" ? [event.payload.floor] : []));
        expect(floors).toEqual([...new Set(floors)]);
        const said = all.flatMap((event) => (event.type === "log.trimmed" ? (event.payload.archive as string[]) : []));
        const names = (await archiveFiles(folder.dir, tenant)).map((file) => path.basename(file));
        expect(said.sort()).toEqual(names);
        // What was archived before the crash is used, not written again.
        expect(await archiveFiles(folder.dir, tenant)).toEqual(expect.arrayContaining(others));
      }
    },
  );

  test("in the middle of deleting: the next pass deletes the rest, which is not readable meanwhile", async () => {
    await fill(8);
    const crashed = openTrim(database, store, tenant);
    const segment = await crashed.prepare(16);
    if (segment) await crashed.raise(segment);
    await crashed.record();
    await database.prisma.event.deleteMany({ where: { ...where(), seq: { lte: 5 } } });
    expect(await store.verify(tenant)).toMatchObject({ valid: true, from: 17 });
    const retention = openRetention(database, store, { keepMs: 86_400_000 });
    expect(await retention.trimmable()).toContain(tenant);
    expect(await retention.trim(tenant)).toMatchObject({ from: 16, floor: 16, events: 11, receipts: 8 });
    expect(await rows()).toEqual({ events: 1, receipts: 1 });
  });

  test("while the archive was being written: the partial file is removed and written anew", async () => {
    await fill(3);
    const trim = openTrim(database, store, tenant, folder.dir);
    await trim.prepare(2);
    const [file = ""] = await archiveFiles(folder.dir, tenant);
    const half = file.replace(/-\d+-[^-]+$/, "-0badcafe0bad.partial");
    await writeFile(half, (await readFile(file)).subarray(0, 40));
    await openRetention(database, store, { archiveDir: folder.dir }).trim(tenant);
    expect((await readdir(path.dirname(file))).filter((name) => name.endsWith(".partial"))).toEqual([]);
    expect(positions((await archived(folder.dir, tenant)).events)).toEqual(upTo(6));
  });
});

describe("two servers", () => {
  test("only one trims a log at a time, and the other reports it", async () => {
    await fill(5);
    const [one, two] = [openRetention(database, store), openRetention(database, store)];
    const answers = await Promise.allSettled([one.trim(tenant), two.trim(tenant)]);
    const refused = answers.filter((answer) => answer.status === "rejected");
    expect(refused.every(({ reason }) => reason instanceof AlreadyRunning)).toBe(true);
    expect(refused.length).toBeLessThan(2);
    expect(await rows()).toEqual({ events: 1, receipts: 1 });
    // The lease is released.
    await fill(1);
    expect(await two.trim(tenant)).toMatchObject({ events: 3 });
  });

  test("two that both think they are alone do no harm: one record in the log, one complete archive", async () => {
    await fill(12);
    const trims = [1, 2].map(() => openTrim(database, store, tenant, folder.dir, 8));
    const errors: unknown[] = [];
    await Promise.all(
      trims.map(async (trim) => {
        for (let rounds = 0; rounds < 6; rounds += 1) {
          try {
            const segment = await trim.prepare(24);
            if (segment) await trim.raise(segment);
            await trim.record();
            await trim.remove();
          } catch (error) {
            errors.push(error);
          }
        }
      }),
    );
    // One may remove the other's half-written file and then has to write its own; or both delete
    // the same rows at once and Postgres ends one of them. Either is tried again.
    for (const error of errors) expect(String(error)).toMatch(/ENOENT|does not read back|deadlock detected/);
    const { head, floor } = await store.head(tenant);
    expect(floor).toBe(24);
    expect(await store.verify(tenant)).toMatchObject({ valid: true, from: 25 });
    const all = [...(await archived(folder.dir, tenant)).events, ...(await keptEvents(store, tenant))];
    expect(positions(all)).toEqual(upTo(head));
    expect((await trimEvents()).map((event) => event.payload.floor)).toEqual([8, 16, 24]);
  });
});

describe("idempotency keys", () => {
  const keyed = (name: string) => ({ idempotencyKey: name, fingerprint: "f" });
  const expire = (key: string) =>
    database.prisma.idempotencyKey.updateMany({ where: { ...where(), key }, data: { expiresAt: new Date(0) } });
  const keys = async () =>
    (await database.prisma.idempotencyKey.findMany({ where: where() })).map(({ key }) => key).sort();

  test("expired ones are purged, valid ones stay", async () => {
    for (const name of ["a", "b", "c"]) await commit(store, [note(1)], keyed(name), tenant);
    await expire("a");
    await expire("c");
    expect(await openRetention(database, store).purgeKeys(tenant)).toBe(2);
    expect(await keys()).toEqual(["b"]);
    const again = await commit(store, [note(1)], keyed("b"), tenant);
    expect(again.replayed).toBe(true);
  });

  test("one purged after a server has seen it expire is stored again, and holds", async () => {
    const brief = await openStore(database, tenant, { idempotencyTtlSeconds: 0 });
    await commit(brief, [note(1)], keyed("k"), tenant);
    // This server knows the key as stored and expired.
    await expire("k");
    expect(await openRetention(database, store).purgeKeys()).toBe(1);
    const first = await commit(brief, [note(2)], keyed("k"), tenant);
    expect(first.replayed).toBe(false);
    expect(await keys()).toEqual(["k"]);
    await brief.close();
  });
});
