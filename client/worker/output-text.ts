import { storable } from "../storable.ts";

/**
 * Turns one stream's bytes into text that can be stored: characters split across chunks are put
 * together, what is no UTF-8, NUL and lone surrogates become U+FFFD.
 */
export class OutputDecoder {
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });

  write(chunk: Uint8Array): string {
    return storable(this.#decoder.decode(chunk, { stream: true }));
  }

  /** What is left of a character that was never finished. */
  end(): string {
    return storable(this.#decoder.decode());
  }
}

export const byteLength = (text: string): number => Buffer.byteLength(text, "utf8");

/** The longest beginning of `text` that has at most `max` bytes, cut between characters. */
export function headOf(text: string, max: number): string {
  if (byteLength(text) <= max) return text;
  const bytes = Buffer.from(text, "utf8");
  let end = Math.max(0, max);
  while (end > 0 && isContinuation(bytes[end])) end -= 1;
  return bytes.toString("utf8", 0, end);
}

/** The longest end of `text` that has at most `max` bytes, cut between characters. */
export function tailOf(text: string, max: number): string {
  const bytes = Buffer.from(text, "utf8");
  if (bytes.length <= max) return text;
  let start = bytes.length - Math.max(0, max);
  while (start < bytes.length && isContinuation(bytes[start])) start += 1;
  return bytes.toString("utf8", start);
}

const isContinuation = (byte: number | undefined) => byte !== undefined && (byte & 0xc0) === 0x80;

/** Keeps the last `max` bytes of what is written to it. */
export class Tail {
  #kept = "";
  #truncated = false;

  constructor(readonly max: number) {}

  push(text: string): void {
    this.#kept += text;
    // Cut rarely: only when twice as much has come together.
    if (this.#kept.length > 2 * this.max) this.#cut();
  }

  /** The end of the output, and whether anything came before it. */
  read(): { output: string; truncated: boolean } {
    this.#cut();
    return { output: this.#kept, truncated: this.#truncated };
  }

  #cut(): void {
    if (byteLength(this.#kept) <= this.max) return;
    this.#kept = tailOf(this.#kept, this.max);
    this.#truncated = true;
  }
}
