import { Prisma } from "../../../database/generated/client.ts";

/**
 * A pattern for Postgres' `~` that matches a text ignoring case, with every character literal. The
 * cases of each letter are written out, because Postgres would fold case by the database's locale:
 * a Turkish one by other rules, `C` only in ASCII.
 *
 * @param where `start`: only at the beginning of the searched text.
 */
export function searchPattern(text: string, where: "anywhere" | "start" = "anywhere"): string {
  const pattern = [...text].map(oneOf).join("");
  return where === "start" ? `^${pattern}` : pattern;
}

function oneOf(character: string): string {
  const cases = [character, character.toLowerCase(), character.toUpperCase()].filter((one) => [...one].length === 1);
  const different = [...new Set(cases)].map(literal);
  return different.length > 1 ? `(?:${different.join("|")})` : (different[0] ?? "");
}

/** Everything but letters and digits is escaped; those must not be, as `\d` has a meaning. */
const literal = (character: string) => (/[!-/:-@[-`{-~]/.test(character) ? `\\${character}` : character);

/** Whether a text contains the words, by `searchPattern`. */
export const hasText = (text: Prisma.Sql, words: string): Prisma.Sql =>
  Prisma.sql`(${text}) COLLATE "C" ~ ${searchPattern(words)}`;
