import { beginningOf } from "../domain/kernel/text.ts";

const REPLACEMENT = "\uFFFD";
/** As long as the server takes a text. */
const LONGEST_TEXT = 4_000;

/** Text with what Postgres cannot store replaced. */
export function storable(text: string): string {
  return text.replaceAll("\0", REPLACEMENT).toWellFormed();
}

/**
 * The beginning of a message of somebody else's, as far as the server takes it: cut between
 * characters, and storable.
 */
export const storableText = (text: string): string => storable(beginningOf(text, LONGEST_TEXT));

/** The message of a thrown value, in a form that the server accepts. */
export const thrownText = (error: unknown): string =>
  storableText(error instanceof Error ? error.message || error.name : String(error));
