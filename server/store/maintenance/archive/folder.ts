import { createHash, randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { type ChainedReceipt, type Link, linkOf } from "../../lane/chain.ts";
import { type ArchiveContent, ArchiveFault, beginLine, endLine, readArchive, receiptLine } from "./format.ts";

/** The log a folder's files belong to. */
export interface LogName {
  tenantId: string;
  logId: string;
}

/** An existing file: whole, checked, of this log. */
export interface ArchivedRange extends ArchiveContent {
  /** File name, without the folder. */
  name: string;
  bytes: number;
}

const PARTIAL = ".partial";
/** Text passed to the packer at once, characters. */
const CHUNK = 64 * 1024;
/** A file ends after this much text, before packing. */
const MAX_TEXT = 64 * 1024 * 1024;

/**
 * The archive: a folder per tenant with files of what was removed from its log. A file's name has
 * tenant, first and last position, and the log:
 * `default-000000000001-000000005000-1f0c2ab4.ndjson.gz`. A file appears under its name only when
 * complete: it is written under another name, flushed to disk, and then renamed.
 */
export class ArchiveFolder {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /** The tenant's folder. */
  folderOf(tenantId: string): string {
    return path.join(this.#root, safe(tenantId));
  }

  /**
   * Files of this log that begin at a position, longest first, each read in full and checked;
   * invalid ones are left out.
   */
  async find(log: LogName, from: number): Promise<ArchivedRange[]> {
    const found: ArchivedRange[] = [];
    for (const { name } of (await this.#list(log)).filter((one) => one.from === from).sort((a, b) => b.to - a.to)) {
      const file = path.join(this.folderOf(log.tenantId), name);
      const content = await readArchive(file).catch((error: unknown) => {
        if (error instanceof ArchiveFault) return undefined;
        throw error;
      });
      const isOurs = content?.tenantId === log.tenantId && content.logId === log.logId && content.from === from;
      if (isOurs) found.push({ ...content, name, bytes: (await stat(file)).size });
    }
    return found;
  }

  /** Names of this log's files between two positions, in order. */
  async namesBetween(log: LogName, after: number, upTo: number): Promise<string[]> {
    const within = (await this.#list(log)).filter((one) => one.from > after && one.to <= upTo);
    return within.sort((a, b) => a.from - b.from).map((one) => one.name);
  }

  /**
   * Writes receipts after a link into a file, as many as fit, and returns its name once it would
   * survive a crash; undefined when there are none. Removes what a crash left of earlier attempts.
   * Rejects with the error of the disk or of `receipts`; then there is no file.
   */
  async write(log: LogName, after: Link, receipts: AsyncIterable<ChainedReceipt>): Promise<string | undefined> {
    const from = after.seq + 1;
    const folder = await this.#makeFolder(log.tenantId);
    // A unique name: two servers that both think they are alone must not write into one file.
    const partial = path.join(
      folder,
      `${safe(log.tenantId)}-${position(from)}-${randomBytes(6).toString("hex")}${PARTIAL}`,
    );
    try {
      const end = await writeFile(partial, { ...log, from, prevHash: after.hash }, receipts);
      if (end.seq === after.seq) return undefined;
      const name = nameOf(log, from, end.seq);
      await mayReplace(path.join(folder, name), end);
      await rename(partial, path.join(folder, name));
      await sync(folder);
      return name;
    } finally {
      await rm(partial, { force: true });
    }
  }

  async #makeFolder(tenantId: string): Promise<string> {
    const folder = this.folderOf(tenantId);
    const made = await mkdir(folder, { recursive: true });
    if (made !== undefined) for (const above of new Set([path.dirname(folder), path.dirname(made)])) await sync(above);
    for (const name of await readdir(folder)) {
      if (name.endsWith(PARTIAL)) await rm(path.join(folder, name), { force: true });
    }
    return folder;
  }

  async #list(log: LogName): Promise<{ name: string; from: number; to: number }[]> {
    const names = await readdir(this.folderOf(log.tenantId)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return [];
      throw error;
    });
    return names.flatMap((name) => {
      const [, from, to] = /-(\d{12,})-(\d{12,})-[^-]+\.ndjson\.gz$/.exec(name) ?? [];
      return name === nameOf(log, Number(from), Number(to)) ? [{ name, from: Number(from), to: Number(to) }] : [];
    });
  }
}

/**
 * A damaged file is replaced. A whole one that ends differently is another history of this log and
 * must not be lost.
 */
async function mayReplace(file: string, end: Link): Promise<void> {
  const there = await readArchive(file).catch((error: unknown) => {
    if (error instanceof ArchiveFault || (error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  });
  if (there && there.hash !== end.hash)
    throw new Error(`${file} is there already and holds another history of this log`);
}

/** Packs the lines into a new file and flushes it to disk; returns the last receipt's link. */
async function writeFile(
  file: string,
  begin: Parameters<typeof beginLine>[0],
  receipts: AsyncIterable<ChainedReceipt>,
): Promise<Link> {
  let at: Link = { seq: begin.from - 1, hash: begin.prevHash };
  async function* chunks(): AsyncGenerator<string> {
    const count = { receipts: 0, events: 0 };
    let size = 0;
    let text = beginLine(begin);
    for await (const receipt of receipts) {
      at = linkOf(receipt);
      count.receipts += 1;
      count.events += receipt.events.length;
      text += receiptLine(receipt);
      if (text.length < CHUNK) continue;
      yield text;
      size += text.length;
      text = "";
      if (size >= MAX_TEXT) break;
    }
    yield text + endLine({ to: at.seq, hash: at.hash, ...count });
  }
  // `flush`: sync to disk before closing.
  await pipeline(chunks, createGzip(), createWriteStream(file, { flags: "wx", mode: 0o640, flush: true }));
  return at;
}

/** Makes what was renamed in a folder durable. */
async function sync(folder: string): Promise<void> {
  const handle = await open(folder, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

const nameOf = ({ tenantId, logId }: LogName, from: number, to: number): string =>
  `${safe(tenantId)}-${position(from)}-${position(to)}-${logId.slice(0, 8)}.ndjson.gz`;

const position = (seq: number) => String(seq).padStart(12, "0");

/**
 * A tenant's id as a file name: what might mean something to a file system is spelt out, what is
 * too long for one is cut.
 */
function safe(id: string): string {
  const plain = encodeURIComponent(id).replace(/[.!~*'()]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
  return plain.length <= 80
    ? plain
    : `${plain.slice(0, 60)}-${createHash("sha256").update(id).digest("hex").slice(0, 16)}`;
}
