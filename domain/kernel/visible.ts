import { oneLine } from "./text.ts";

/**
 * Text from outside as people may read it: what turns it round or hides in it is shown by name, so
 * that what is read is what is there. A title `pay 10 U+202E 001 …` must not read as another sum,
 * nor one id with a zero-width space in it as another id.
 */

/**
 * What is not seen: control characters but tabs and line ends, marks that turn text round, blanks
 * without width, fillers, tags, and variation selectors. Where such a character belongs (`belongs`)
 * it stays as it is.
 */
const UNSEEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  // biome-ignore lint/suspicious/noMisleadingCharacterClass: and so are those that combine
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/gu;
const HAS_UNSEEN = new RegExp(UNSEEN.source, "u");

// Of one character each: Chromium 156 does not find a class of several properties that only has its
// end fixed, and what the server draws would differ.
const EMOJI = /^(?:[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}]|\u20e3|\ufe0f)$/u;
const EMOJI_OR_KEY = /^[\p{Extended_Pictographic}\p{Emoji_Modifier}0-9#*]$/u;
const STARTS_EMOJI = /^[\p{Extended_Pictographic}\u2640\u2642]/u;
/** Scripts whose letters join, and where joiners and non-joiners are spelling. */
const JOINING =
  /[\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Gurmukhi}\p{Script=Gujarati}\p{Script=Oriya}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Khmer}]/u;
const TURNS_ROUND =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}\p{Script=Mandaic}\p{Script=Samaritan}\u{10800}-\u{10fff}\u{1e800}-\u{1efff}]/u;

const nameOf = (character: string): string =>
  `‹U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}›`;

/**
 * Whether an unseen character is part of how something is written: of an emoji, or of a word whose
 * letters join.
 */
function belongs(character: string, at: number, text: string): boolean {
  const before = Array.from(text.slice(Math.max(0, at - 2), at)).at(-1) ?? "";
  const after = text.slice(at + character.length, at + character.length + 2);
  if (character === "\ufe0e" || character === "\ufe0f") return EMOJI_OR_KEY.test(before);
  if (character !== "\u200d" && character !== "\u200c") return false;
  if (character === "\u200d" && EMOJI.test(before) && STARTS_EMOJI.test(after)) return true;
  return JOINING.test(before) && JOINING.test(after);
}

/**
 * The text with every unseen character in it shown by name: `‹U+202E›`. Text without any is itself.
 */
export function visible(text: string): string {
  if (!HAS_UNSEEN.test(text)) return text;
  return text.replace(UNSEEN, (character, at: number) =>
    belongs(character, at, text) || (character === "\r" && text[at + 1] === "\n") ? character : nameOf(character),
  );
}

/**
 * Whether the text has letters that are written from right to left, and so may turn round what
 * stands beside it.
 */
export const turnsRound = (text: string): boolean => TURNS_ROUND.test(text);

/**
 * The text for places that have no markup, amid other text: visible, and apart from what stands
 * beside it.
 */
export function plainVisible(text: string): string {
  const shown = visible(text);
  return turnsRound(shown) ? `\u2068${shown}\u2069` : shown;
}

/** The text for a title, a subject or a notification: on one line of at most `max` UTF-16 units. */
export const titleText = (text: string, max = 200): string => plainVisible(oneLine(text, max));

/**
 * JSON text with every unseen character as JSON escapes it: `\u202e`. It means the same and can be
 * read.
 */
export function visibleJson(json: string): string {
  if (!HAS_UNSEEN.test(json)) return json;
  return json.replace(UNSEEN, (character, at: number) =>
    belongs(character, at, json) || character === "\r" ? character : escapesOf(character),
  );
}

const escapesOf = (character: string): string =>
  Array.from(
    { length: character.length },
    (_, at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, "0")}`,
  ).join("");
