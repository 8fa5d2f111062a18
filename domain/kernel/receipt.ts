import type { LogEvent } from "./event.ts";

/** Proof of a commit: what was asked, the positions it holds, and a hash that chains it to the one before. */
export interface ReceiptHeader {
  receiptId: string;
  tenantId: string;
  /** First and last position of its events; a commit that changed nothing has `lastSeq = firstSeq − 1`. */
  firstSeq: number;
  lastSeq: number;
  committedAt: string;
  /** The types of its mutations, in order. */
  mutations: string[];
  prevHash: string;
}

export interface Receipt extends ReceiptHeader {
  /** `sha256(prevHash ‖ canonical JSON of the header and the events)`, hex. */
  hash: string;
  /** What each mutation yielded: the row's id and version; claimed jobs with attempt and lease token; a permit. */
  results: unknown[];
}

/** What is hashed after `prevHash`: canonical JSON (sorted keys) of this. */
export interface Hashed {
  header: ReceiptHeader;
  events: LogEvent[];
}
