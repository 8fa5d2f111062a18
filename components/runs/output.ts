import type { LogEvent } from "../../domain/event.ts";
import type { Json } from "../../domain/primitives.ts";

/** The type of the events in which a worker sends a job's output. */
export const OUTPUT_EVENT = "x.job.output";

/** How much output is drawn at most, characters; what came before is left out. */
const MAX_CHARS = 200_000;

// Escape sequences of terminals: colours, cursor moves, titles.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const ESCAPES = /\u001b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[@-Z\\-_])/g;

/** Output as it would stand on paper: without colours, and of a line that was written over and over only what it said last. */
export function plainText(output: string): string {
  return output
    .replace(ESCAPES, "")
    .replace(/\r+\n/g, "\n")
    .replace(/[^\n]*\r(?=[^\n])/g, "")
    .replaceAll("\r", "");
}

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

/** The text of one attempt's output events, in order of their positions, without repeats. */
export function joinOutput(events: Iterable<LogEvent>, jobId: string, attempt: number): KeptOutput {
  const pieces = new Map<number, string>();
  for (const event of events) {
    if (event.type !== OUTPUT_EVENT || event.subject.id !== jobId || event.payload.attempt !== attempt) continue;
    if (typeof event.payload.text === "string") pieces.set(event.seq, event.payload.text);
  }
  const text = [...pieces.entries()]
    .sort(([a], [b]) => a - b)
    .map(([, piece]) => piece)
    .join("");
  return { text: text.slice(-MAX_CHARS), truncated: text.length > MAX_CHARS };
}
