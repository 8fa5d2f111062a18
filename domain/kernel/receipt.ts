import { z } from "zod";
import type { LogEvent } from "./event.ts";
import { at, count, maybeText, text } from "./fields.ts";

/**
 * Proof of a commit: what was asked, the positions it holds, and a hash that chains it to the one
 * before.
 */
const header = z.object({
  receiptId: text,
  tenantId: text,
  firstSeq: count,
  lastSeq: count.meta({ description: "`firstSeq − 1` when the commit changed nothing" }),
  committedAt: at,
  mutations: z.array(text).meta({ description: "The types of its mutations, in order" }),
  prevHash: text,
});
export type ReceiptHeader = z.infer<typeof header>;

const hash = text.meta({ description: "sha256(prevHash ‖ canonical JSON of the header and the events), hex" });

export const receipt = header
  .extend({
    hash,
    results: z.array(z.unknown()).meta({
      description: "What each mutation yielded: id and version; claimed jobs with `attempt` and `leaseToken`; a permit",
    }),
  })
  .meta({ id: "Receipt" });
export type Receipt = z.infer<typeof receipt>;

/**
 * A receipt as the log keeps it. What it yielded, lease tokens among it, was for the committer
 * alone.
 */
export const storedReceipt = header
  .extend({
    hash,
    actor: maybeText.meta({
      description: "Who asked; null when the commit changed nothing, or its events are no longer kept",
    }),
  })
  .meta({ id: "StoredReceipt" });
export type StoredReceipt = z.infer<typeof storedReceipt>;

/** What is hashed after `prevHash`: canonical JSON (sorted keys) of this. */
export interface Hashed {
  header: ReceiptHeader;
  events: LogEvent[];
}

/** The answer of a check of the chain. */
export const verification = z
  .object({
    valid: z.boolean(),
    from: count.meta({ description: "The first position checked: what lies before it is no longer kept" }),
    checked: count.meta({ description: "Receipts that fit" }),
    firstBad: text.optional().meta({
      description: "The first receipt that does not fit; `head` when the end is missing or differs from the head",
    }),
  })
  .meta({ id: "Verification" });
export type Verification = z.infer<typeof verification>;
