import { createHash } from "node:crypto";
import { configure } from "safe-stable-stringify";
import type { LogEvent } from "../../../domain/kernel/event.ts";
import type { ReceiptHeader } from "../../../domain/kernel/receipt.ts";

const canonical = configure({ deterministic: true, bigint: false, strict: false });

/** JSON with sorted keys: equal values give equal text. */
export function canonicalJson(value: unknown): string {
  return canonical(value) ?? "null";
}

/** The hash of a receipt: `sha256(prevHash ‖ canonical JSON of its header and events)`, hex. */
export function receiptHash(header: ReceiptHeader, events: readonly LogEvent[]): string {
  return createHash("sha256").update(header.prevHash).update(canonicalJson({ header, events })).digest("hex");
}

/** Hash of a request with an idempotency key, to recognise the same request again. */
export function fingerprintOf(value: unknown): string {
  return createHash("sha256").update(canonicalJson(value)).digest("base64url");
}
