import { appendFile, chmod, copyFile, readFile, rm, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import type { LogEvent } from "../../../../domain/kernel/event.ts";
import { createTestDatabase, type TestDatabase } from "../../../testing/database.ts";
import { commit, openStore } from "../../lane/lane.test-kit.ts";
import type { Store } from "../../types.ts";
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
} from "../retention.test-kit.ts";
import { checkArchive } from "./check.ts";
import { readArchive } from "./format.ts";

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
const positions = (events: LogEvent[]) => events.map((event) => event.seq);
const upTo = (last: number) => Array.from({ length: last }, (_, at) => at + 1);

test("each file has the receipts with their events, as they were, and can be checked by itself", async () => {
  await commit(store, [{ type: "run.create", runId: "r", workflow: "w" }, note(1)], {}, tenant);
  await fill(1);
  const whole = await keptEvents(store, tenant);
  const stored = await database.prisma.receipt.findMany({ where: where(), orderBy: { lastSeq: "asc" } });
  const report = await openRetention(database, store, { archiveDir: folder.dir }).trim(tenant);
  const { logId } = await store.head(tenant);
  expect(report.archive).toEqual([`${tenant}-000000000001-000000000004-${logId.slice(0, 8)}.ndjson.gz`]);
  const all = await archived(folder.dir, tenant);
  expect(all.events).toEqual(whole);
  expect(all.receipts.map(({ header, hash, principal, touched }) => ({ ...header, hash, principal, touched }))).toEqual(
    stored.map((row) => ({
      ...row,
      firstSeq: Number(row.firstSeq),
      lastSeq: Number(row.lastSeq),
      committedAt: row.committedAt.toISOString(),
    })),
  );
  const [file = ""] = await archiveFiles(folder.dir, tenant);
  expect(await readArchive(file)).toEqual({
    tenantId: tenant,
    logId,
    from: 1,
    prevHash: "",
    to: 4,
    hash: (await database.prisma.logHead.findUniqueOrThrow({ where: where() })).floorHash,
    receipts: 2,
    events: 4,
  });
});

const damages: [string, (file: string) => Promise<void>][] = [
  ["cut short", (file) => truncate(file, 60)],
  ["empty", (file) => truncate(file, 0)],
  ["with something behind it", (file) => appendFile(file, "more")],
  ["of something else", (file) => writeFile(file, "hello")],
];
test.each(damages)("a file that is %s is not accepted: it is written again", async (_, damage) => {
  await fill(3);
  await openTrim(database, store, tenant, folder.dir).prepare(6);
  const [file = ""] = await archiveFiles(folder.dir, tenant);
  await damage(file);
  await openRetention(database, store, { archiveDir: folder.dir }).trim(tenant);
  expect(positions((await archived(folder.dir, tenant)).events)).toEqual(upTo(6));
});

test("files of another log under the same name are neither used nor overwritten", async () => {
  await fill(3);
  await openTrim(database, store, tenant, folder.dir).prepare(6);
  const [old = ""] = await archiveFiles(folder.dir, tenant);
  const before = await readFile(old);
  // A new or restored database has a log with another id.
  await database.prisma.logHead.update({ where: where(), data: { logId: "00000000-0000-4000-8000-000000000000" } });
  const report = await openRetention(database, store, { archiveDir: folder.dir }).trim(tenant);
  expect(report.archive).toEqual([`${tenant}-000000000001-000000000006-00000000.ndjson.gz`]);
  expect(await readFile(old)).toEqual(before);
  expect((await archiveFiles(folder.dir, tenant)).length).toBe(2);
});

test("an archive of the same name with another history stops the trim instead of being overwritten", async () => {
  await fill(3);
  await openTrim(database, store, tenant, folder.dir).prepare(6);
  await database.prisma.receipt.deleteMany({ where: where() });
  await database.prisma.event.deleteMany({ where: where() });
  await database.prisma.logHead.update({ where: where(), data: { seq: 0, hash: "" } });
  await store.close();
  store = await openStore(database, tenant);
  await fill(3);
  const retention = openRetention(database, store, { archiveDir: folder.dir });
  await expect(retention.trim(tenant)).rejects.toThrow("another history");
  expect(await rows()).toEqual({ events: 6, receipts: 3 });
  expect(await retention.registry.metrics()).toContain('retention_passes_total{outcome="failed"} 1');
});

test("events that cannot be archived are not removed", async () => {
  await fill(3);
  const notAFolder = path.join(folder.dir, "file");
  await writeFile(notAFolder, "");
  await chmod(notAFolder, 0o444);
  const retention = openRetention(database, store, { archiveDir: notAFolder });
  await expect(retention.trim(tenant)).rejects.toThrow();
  expect(await rows()).toEqual({ events: 6, receipts: 3 });
  expect(await store.head(tenant)).toMatchObject({ floor: 0, head: 6 });
});

test("a tenant's name cannot point outside the archive", async () => {
  const names = ["..", "a:b@c", "x".repeat(200)];
  for (const name of names) {
    const own = await openStore(database, name);
    await commit(own, [note(1)], {}, name);
    await openRetention(database, own, { archiveDir: folder.dir }).trim(name);
    const files = await archiveFiles(folder.dir, name);
    expect(files.length).toBe(1);
    expect(path.dirname(path.dirname(files[0] ?? ""))).toBe(folder.dir);
    await own.close();
  }
});

test("the archive is checked without server and database: whole files without gaps", async () => {
  await fill(9);
  await openRetention(database, store, { archiveDir: folder.dir, segmentEvents: 6 }).trim(tenant);
  const files = await archiveFiles(folder.dir, tenant);
  const { whole, faults } = await checkArchive(files);
  expect(faults).toEqual([]);
  expect(whole.map(({ content }) => [content.from, content.to])).toEqual([
    [1, 6],
    [7, 12],
    [13, 18],
  ]);
  const [first = "", second = "", third = ""] = files;

  // A missing file, a truncated one, and one whose content was changed and packed again.
  expect((await checkArchive([first, third])).faults).toEqual([`${third}: positions 7–12 are missing before it`]);
  const cut = path.join(folder.dir, "cut");
  await copyFile(second, cut);
  await truncate(cut, 100);
  expect((await checkArchive([first, cut, third])).faults[0]).toMatch(/cut: it cannot be unpacked/);
  const forged = path.join(folder.dir, "forged");
  const forge = async (file: string, change: (text: string) => string) =>
    writeFile(forged, gzipSync(change(gunzipSync(await readFile(file)).toString())));
  for (const change of [
    (text: string) => text.replace('"n":3', '"n":4'),
    (text: string) => text.replace('"actor":"key:test"', '"actor":"key:nobody"'),
    (text: string) => text.split("\n").toSpliced(2, 1).join("\n"),
    (text: string) => text.replace(/"committedAt":"[^"]+"/, '"committedAt":"2020-01-01T00:00:00.000Z"'),
    (text: string) => text.replace(/"prevHash":"[^"]+"/, '"prevHash":"00"'),
    (text: string) => text.slice(0, text.lastIndexOf('{"end"')),
  ]) {
    await forge(second, change);
    expect((await checkArchive([first, forged, third])).faults.length, String(change)).toBeGreaterThan(0);
  }
  await rm(forged);
});

test("files that contain the same range in different pieces are valid", async () => {
  await fill(4);
  const small = openTrim(database, store, tenant, folder.dir, 2);
  await small.prepare(8);
  const [piece = ""] = await archiveFiles(folder.dir, tenant);
  const kept = path.join(folder.dir, "piece");
  await copyFile(piece, kept);
  await rm(piece);
  await openRetention(database, store, { archiveDir: folder.dir }).trim(tenant);
  expect((await checkArchive([kept, ...(await archiveFiles(folder.dir, tenant))])).faults).toEqual([]);
});
