import { Prisma } from "../../../database/generated/client.ts";

/**
 * A pattern for Postgres' `~` that finds a text whatever its case, and means every character of it literally. The cases of each letter are spelt out
 * here, because Postgres would fold them by the database's locale: a Turkish one by other rules, `C` only in ASCII.
 *
 * @param where `start`: only where the searched text begins with it.
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

/** Whether a text has the words in it, by `searchPattern`. */
export const hasText = (text: Prisma.Sql, words: string): Prisma.Sql =>
  Prisma.sql`(${text}) COLLATE "C" ~ ${searchPattern(words)}`;
