import type { LogEvent } from "../../domain/kernel/event.ts";
import type { Omitting } from "../../domain/kernel/lean.ts";
import type { Json } from "../../domain/kernel/primitives.ts";
import { endOf } from "../../domain/kernel/text.ts";
import { Terminal } from "./terminal.ts";

/** The type of the events in which a worker sends a job's output. */
export const OUTPUT_EVENT = "x.job.output";

/** How much output is drawn at most, characters; what came before is left out. */
export const MAX_CHARS = 200_000;

/** How much output is looked at for that: what is written over and colours take room too. */
const MAX_LOOKED_AT = 2 * MAX_CHARS;

export interface KeptOutput {
  text: string;
  /** More was written than was kept. */
  truncated: boolean;
}

/** What an attempt's result keeps of its output, and what else it holds. */
export function splitResult(result: Json | null): { output: KeptOutput | null; rest: Json | null } {
  if (typeof result !== "object" || result === null || Array.isArray(result) || typeof result.output !== "string") {
    return { output: null, rest: result };
  }
  const { output, truncated, ...rest } = result;
  const kept = { text: output, truncated: truncated === true };
  return { output: kept, rest: Object.keys(rest).length > 0 ? rest : null };
}

/** What a terminal would show of an output, at most `MAX_CHARS` of its end. */
export function plainOutput({ text, truncated }: KeptOutput): KeptOutput {
  const terminal = new Terminal(MAX_CHARS);
  terminal.write(fromLineStart(text, MAX_LOOKED_AT));
  return { text: terminal.text(), truncated: truncated || terminal.truncated || text.length > MAX_LOOKED_AT };
}

/** How far a cut looks for the start of a line, so as not to begin within a control sequence. */
const NEAR = 1_000;

function fromLineStart(text: string, max: number): string {
  if (text.length <= max) return text;
  const end = endOf(text, max);
  const line = end.slice(0, NEAR).indexOf("\n");
  return line === -1 ? end : end.slice(line + 1);
}

/**
 * What one attempt of a job has written, as a terminal shows it, put together from its output
 * events. Events may come in any order and repeatedly; those that follow what is there cost only
 * what they bring.
 */
export class OutputScreen {
  readonly #jobId: string;
  readonly #attempt: number;
  #terminal = new Terminal(MAX_CHARS);
  #first: number | null = null;
  #last = 0;
  #cut = false;
  #shown: KeptOutput | null = null;

  constructor(jobId: string, attempt: number) {
    this.#jobId = jobId;
    this.#attempt = attempt;
  }

  /** Shows these events, in order of their positions; all that are to be seen, each time. */
  show(events: readonly LogEvent[]): KeptOutput {
    const pieces = events.filter((event) => this.#isPiece(event));
    const isInOrder = pieces.every((event, at) => at === 0 || event.seq > (pieces[at - 1]?.seq ?? 0));
    const sorted = isInOrder ? pieces : sortedBySeq(pieces);
    const first = sorted[0]?.seq ?? null;
    // Earlier ones have come in, or it is seen at an earlier time: it is drawn anew.
    if ((this.#first !== null && (first === null || first < this.#first)) || (sorted.at(-1)?.seq ?? 0) < this.#last)
      this.#clear();
    this.#write(sorted.filter(({ seq }) => seq > this.#last));
    this.#shown ??= { text: this.#terminal.text(), truncated: this.#cut || this.#terminal.truncated };
    return this.#shown;
  }

  #isPiece(event: LogEvent): boolean {
    const { type, subject, payload } = event;
    return (
      type === OUTPUT_EVENT &&
      subject.id === this.#jobId &&
      payload.attempt === this.#attempt &&
      typeof payload.text === "string" &&
      // The beginning of a piece is no output: whole ones come from elsewhere.
      (event as Omitting).omitted === undefined
    );
  }

  #clear(): void {
    this.#terminal = new Terminal(MAX_CHARS);
    this.#first = null;
    this.#last = 0;
    this.#cut = false;
    this.#shown = null;
  }

  #write(pieces: readonly LogEvent[]): void {
    if (pieces.length === 0) return;
    this.#shown = null;
    this.#first ??= pieces[0]?.seq ?? null;
    this.#last = pieces.at(-1)?.seq ?? this.#last;
    // Of many only the end is worth the work.
    let from = pieces.length;
    for (let room = MAX_LOOKED_AT; from > 0 && room > 0; from -= 1) room -= textOf(pieces[from - 1]).length;
    if (from > 0) this.#cut = true;
    const text = pieces.slice(from).map(textOf).join("");
    if (text.length > MAX_LOOKED_AT) this.#cut = true;
    this.#terminal.write(fromLineStart(text, MAX_LOOKED_AT));
  }
}

/** How many UTF-16 units of an attempt's output these events have. */
export const lengthOf = (events: readonly LogEvent[], attempt: number): number =>
  events.reduce((sum, event) => sum + (event.payload.attempt === attempt ? textOf(event).length : 0), 0);

const textOf = (event: LogEvent | undefined): string =>
  typeof event?.payload.text === "string" ? event.payload.text : "";

function sortedBySeq(events: readonly LogEvent[]): LogEvent[] {
  const bySeq = new Map(events.map((event) => [event.seq, event]));
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq);
}
