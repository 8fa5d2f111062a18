import { byteLength, headOf } from "./output-text.ts";

export type StreamName = "stdout" | "stderr";

/**
 * A piece of output as it goes into the log. `truncated`: the text says how much was left out here.
 */
export interface OutputPiece {
  stream: StreamName;
  text: string;
  at: string;
  truncated?: true;
}

/** What one job may send in any second, and what may wait to be sent. */
export const OUTPUT_BYTES_PER_SECOND = 64 * 1024;

/**
 * The output of one job on its way to the log. At most `OUTPUT_BYTES_PER_SECOND` bytes are taken in
 * any second, and as much may wait; what comes on top is left out, and a piece in its place says
 * so. Times are arguments: `now` in ms of a steady clock.
 */
export class OutputQueue {
  #pieces: (OutputPiece & { bytes: number })[] = [];
  #waiting = 0;
  #dropped = { stdout: 0, stderr: 0 };
  #sent: { at: number; bytes: number }[] = [];

  get isEmpty(): boolean {
    return this.#pieces.length === 0 && this.#dropped.stdout + this.#dropped.stderr === 0;
  }

  push(stream: StreamName, text: string, at: string): void {
    if (text === "") return;
    const bytes = byteLength(text);
    const room = OUTPUT_BYTES_PER_SECOND - this.#waiting;
    // Once something was left out, the rest of that burst is too: text after a hole would read as
    // if it followed.
    if (this.#dropped[stream] > 0) this.#dropped[stream] += bytes;
    else if (bytes <= room) this.#append(stream, text, bytes, at);
    else {
      const head = headOf(text, room);
      const kept = byteLength(head);
      if (kept > 0) this.#append(stream, head, kept, at);
      this.#dropped[stream] += bytes - kept;
    }
  }

  /** Takes what may be sent now, in order. */
  take(now: number, at: string): OutputPiece[] {
    this.#sent = this.#sent.filter((entry) => entry.at > now - 1000);
    let room = OUTPUT_BYTES_PER_SECOND - this.#sent.reduce((sum, entry) => sum + entry.bytes, 0);
    const taken: OutputPiece[] = [];
    const before = room;
    while (room > 0) {
      const piece = this.#pieces[0];
      if (!piece) break;
      const { bytes, ...sendable } = piece;
      if (bytes <= room) {
        taken.push(sendable);
        this.#pieces.shift();
        room -= bytes;
        this.#waiting -= bytes;
        continue;
      }
      const text = headOf(piece.text, room);
      const size = byteLength(text);
      if (size === 0) break;
      taken.push({ ...sendable, text });
      this.#pieces[0] = { ...piece, text: piece.text.slice(text.length), bytes: bytes - size };
      this.#waiting -= size;
      room -= size;
      break;
    }
    if (before > room) this.#sent.push({ at: now, bytes: before - room });
    if (this.#pieces.length === 0) taken.push(...this.#marks(at));
    return taken;
  }

  /** The last take of a job that has ended: what the second does not allow any more is left out. */
  takeLast(now: number, at: string): OutputPiece[] {
    const taken = this.take(now, at);
    for (const piece of this.#pieces) this.#dropped[piece.stream] += piece.bytes;
    this.#pieces = [];
    this.#waiting = 0;
    return [...taken, ...this.#marks(at)];
  }

  #append(stream: StreamName, text: string, bytes: number, at: string): void {
    this.#waiting += bytes;
    const last = this.#pieces.at(-1);
    if (last?.stream === stream) {
      last.text += text;
      last.bytes += bytes;
    } else this.#pieces.push({ stream, text, at, bytes });
  }

  #marks(at: string): OutputPiece[] {
    const marks: OutputPiece[] = [];
    for (const stream of ["stdout", "stderr"] as const) {
      const dropped = this.#dropped[stream];
      if (dropped === 0) continue;
      marks.push({ stream, text: `\n[${dropped} bytes left out: more than 64 KB in a second]\n`, at, truncated: true });
      this.#dropped[stream] = 0;
    }
    return marks;
  }
}
