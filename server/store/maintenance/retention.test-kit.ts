import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { Registry } from "prom-client";
import type { LogEvent } from "../../../domain/kernel/event.ts";
import type { Database } from "../../database/client.ts";
import type { ChainedReceipt } from "../lane/chain.ts";
import { commit } from "../lane/lane.test-kit.ts";
import { laneDatabase } from "../lane/lane-database.ts";
import type { Store } from "../types.ts";
import { ArchiveFolder } from "./archive/folder.ts";
import { readArchive } from "./archive/format.ts";
import { createRetention, type Retention, type RetentionDeps } from "./retention.ts";
import { Trim } from "./trim.ts";

/** A temporary archive folder; call `remove` at the end. */
export async function temporaryFolder(): Promise<{ dir: string; remove: () => Promise<void> }> {
  const dir = await mkdtemp(path.join(tmpdir(), "switchyard-archive-"));
  return { dir, remove: () => rm(dir, { recursive: true, force: true }) };
}

/** Retention that treats everything as old, without pauses. */
export function openRetention(
  database: Database,
  store: Store,
  more: Partial<RetentionDeps> = {},
): Retention & { logged: object[]; registry: Registry } {
  const logged: object[] = [];
  const note = (facts: object, message: string) => void logged.push({ ...facts, message });
  const registry = new Registry();
  const retention = createRetention({
    queries: laneDatabase(database.pool),
    store,
    registry,
    log: { info: note, error: note },
    keepMs: 0,
    pauseMs: 0,
    ...more,
  });
  return { ...retention, logged, registry };
}

/** The steps of a trim, to be taken one by one. */
export function openTrim(
  database: Database,
  store: Store,
  tenantId: string,
  dir?: string,
  segmentEvents?: number,
): Trim {
  return new Trim(tenantId, {
    queries: laneDatabase(database.pool),
    store,
    archive: dir === undefined ? undefined : new ArchiveFolder(dir),
    beat: async () => {},
    actor: "system:clock",
    ...(segmentEvents !== undefined && { segmentEvents }),
  });
}

/** A tenant's complete archive files, in order; partial ones are left out. */
export async function archiveFiles(dir: string, tenantId: string): Promise<string[]> {
  const folder = new ArchiveFolder(dir).folderOf(tenantId);
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw error;
  });
  const whole = names.filter((name) => name.endsWith(".gz")).sort();
  return whole.map((name) => path.join(folder, name));
}

/** Everything archived for a tenant, checked; overlapping parts once. */
export async function archived(
  dir: string,
  tenantId: string,
): Promise<{ events: LogEvent[]; receipts: ChainedReceipt[] }> {
  const receipts = new Map<number, ChainedReceipt>();
  for (const file of await archiveFiles(dir, tenantId)) {
    await readArchive(file, (receipt) => receipts.set(receipt.header.firstSeq, receipt));
  }
  const all = [...receipts.values()].sort((a, b) => a.header.firstSeq - b.header.firstSeq);
  return { receipts: all, events: all.flatMap((receipt) => receipt.events) };
}

/** All events the log still has, without rows below its floor. */
export async function keptEvents(store: Store, tenantId: string): Promise<LogEvent[]> {
  const { floor } = await store.head(tenantId);
  return await store.readEvents(tenantId, { after: floor, limit: 1_000_000 });
}

/** The n-th event of an orchestrator. */
export const note = (n: number) => ({ type: "event.append" as const, eventType: "x.note", payload: { n } });

/** Makes this many commits of two events each. */
export async function fillLog(store: Store, tenant: string, commits: number): Promise<void> {
  for (let n = 0; n < commits; n += 1) await commit(store, [note(n), note(n)], {}, tenant);
}

/** Number of rows of a tenant's log. */
export async function countLog({ prisma }: Database, tenantId: string): Promise<{ events: number; receipts: number }> {
  const where = { tenantId };
  return { events: await prisma.event.count({ where }), receipts: await prisma.receipt.count({ where }) };
}
