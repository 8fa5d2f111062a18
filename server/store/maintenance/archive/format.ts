import { createReadStream } from "node:fs";
import { createGunzip } from "node:zlib";
import type { LogEvent } from "../../../../domain/kernel/event.ts";
import type { ReceiptHeader } from "../../../../domain/kernel/receipt.ts";
import { type ChainedReceipt, fits, type Link, linkOf } from "../../lane/chain.ts";

/**
 * An archive file: gzipped NDJSON. The first line names the log and where the file begins, then one
 * line per receipt with its events, in order, and a last line that says where it ends, so that a
 * truncated file is recognised.
 */
export interface ArchiveBegin {
  archive: "switchyard-log";
  v: 1;
  tenantId: string;
  logId: string;
  /** First position in the file. */
  from: number;
  /** Hash of the receipt before the first one. */
  prevHash: string;
}

interface ReceiptLine {
  receipt: ReceiptHeader & { hash: string };
  principal: string;
  touched: string[];
  events: LogEvent[];
}

interface EndLine {
  end: ArchiveEnd;
}

export interface ArchiveEnd {
  /** Last position in the file, and the last receipt's hash. */
  to: number;
  hash: string;
  receipts: number;
  events: number;
}

export const beginLine = (begin: Omit<ArchiveBegin, "archive" | "v">): string =>
  line({ archive: "switchyard-log", v: 1, ...begin } satisfies ArchiveBegin);

export const receiptLine = ({ header, hash, principal, touched, events }: ChainedReceipt): string =>
  line({ receipt: { ...header, hash }, principal, touched, events } satisfies ReceiptLine);

export const endLine = (end: ArchiveEnd): string => line({ end } satisfies EndLine);

const line = (value: object) => `${JSON.stringify(value)}\n`;

/** A file that is not a valid archive file; the message says where and why. */
export class ArchiveFault extends Error {
  override name = "ArchiveFault";
}

/** Content of a whole file whose chain fits from the first to the last receipt. */
export type ArchiveContent = Omit<ArchiveBegin, "archive" | "v"> & ArchiveEnd;

/**
 * Reads a whole file and checks it: complete, gapless, every hash recomputed, every link followed.
 * Calls `onReceipt` with each receipt that fits. Rejects with ArchiveFault at the first fault, or
 * with the file system's error.
 */
export async function readArchive(
  path: string,
  onReceipt: (receipt: ChainedReceipt) => void = () => {},
): Promise<ArchiveContent> {
  const check = new Check(onReceipt);
  const file = createReadStream(path);
  const text = file.pipe(createGunzip()).setEncoding("utf8");
  file.on("error", (error) => text.destroy(error));
  try {
    for await (const line of linesOf(text)) check.take(line);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code?.startsWith("Z_")) throw new ArchiveFault(`it cannot be unpacked: ${message}`);
    throw error;
  } finally {
    file.destroy();
  }
  return check.end();
}

class Check {
  readonly #onReceipt: (receipt: ChainedReceipt) => void;
  #begin: ArchiveBegin | undefined;
  #end: ArchiveEnd | undefined;
  #at: Link = { seq: 0, hash: "" };
  #receipts = 0;
  #events = 0;

  constructor(onReceipt: (receipt: ChainedReceipt) => void) {
    this.#onReceipt = onReceipt;
  }

  take(text: string): void {
    const parsed = parseLine(text);
    if (this.#end) throw new ArchiveFault("there is something behind the end");
    if (!this.#begin) {
      this.#begin = beginOf(parsed);
      this.#at = { seq: this.#begin.from - 1, hash: this.#begin.prevHash };
    } else if ("end" in parsed) this.#end = (parsed as unknown as EndLine).end;
    else this.#receipt(receiptOf(parsed, this.#begin.tenantId));
  }

  end(): ArchiveContent {
    if (!this.#begin || !this.#end) throw new ArchiveFault("it is cut short");
    const { to, hash, receipts, events } = this.#end;
    const { seq, hash: last } = this.#at;
    if (to !== seq || hash !== last || receipts !== this.#receipts || events !== this.#events) {
      throw new ArchiveFault(`its end says otherwise than its receipts, which reach to ${seq}`);
    }
    const { tenantId, logId, from, prevHash } = this.#begin;
    return { tenantId, logId, from, prevHash, to, hash, receipts, events };
  }

  #receipt(receipt: ChainedReceipt): void {
    const { receiptId } = receipt.header;
    if (!fits(receipt, this.#at))
      throw new ArchiveFault(`receipt ${receiptId} does not fit behind position ${this.#at.seq}`);
    this.#at = linkOf(receipt);
    this.#receipts += 1;
    this.#events += receipt.events.length;
    this.#onReceipt(receipt);
  }
}

async function* linesOf(text: AsyncIterable<string>): AsyncGenerator<string> {
  let rest: string[] = [];
  for await (const chunk of text) {
    let start = 0;
    for (let end = chunk.indexOf("\n"); end >= 0; end = chunk.indexOf("\n", start)) {
      yield rest.join("") + chunk.slice(start, end);
      rest = [];
      start = end + 1;
    }
    rest.push(chunk.slice(start));
  }
  if (rest.some((part) => part !== "")) throw new ArchiveFault("its last line is cut short");
}

function parseLine(text: string): { [field: string]: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value as { [field: string]: unknown };
  } catch {
    // Reported below like any other value that is no object.
  }
  throw new ArchiveFault("a line is no JSON object");
}

function beginOf(parsed: { [field: string]: unknown }): ArchiveBegin {
  if (parsed.archive !== "switchyard-log") throw new ArchiveFault("it is no archive of a log");
  if (parsed.v !== 1) throw new ArchiveFault(`it is of version ${String(parsed.v)}, which this program does not know`);
  return parsed as unknown as ArchiveBegin;
}

function receiptOf(parsed: { [field: string]: unknown }, tenantId: string): ChainedReceipt {
  const { receipt, principal, touched, events } = parsed as unknown as Partial<ReceiptLine>;
  if (!receipt || !principal || !touched || !events) throw new ArchiveFault("a line is no receipt with its events");
  const { hash, ...header } = receipt;
  if (header.tenantId !== tenantId) throw new ArchiveFault(`receipt ${header.receiptId} is of another tenant`);
  return { header, hash, principal, touched, events };
}
