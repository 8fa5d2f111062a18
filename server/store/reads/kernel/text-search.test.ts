import { afterAll, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../../../testing/database.ts";
import { searchPattern } from "./text-search.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

async function finds(text: string, sought: string, where?: "start"): Promise<boolean> {
  const { rows } = await database.pool.query<{ found: boolean }>(`SELECT $1 COLLATE "C" ~ $2 AS found`, [
    text,
    searchPattern(sought, where),
  ]);
  return rows[0]?.found === true;
}

test("every character is matched literally", async () => {
  const signs = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
  for (const sign of signs) {
    expect(await finds(`a${sign}b`, `a${sign}b`), sign).toBe(true);
    expect(await finds("axb", `a${sign}b`), sign).toBe(false);
    expect(await finds("ab", `a${sign}b`), sign).toBe(false);
  }
  expect(await finds(signs, signs)).toBe(true);
  for (const sign of ["\\d", "\\w", "\\m", "a|b", "(?i)x", "***=x", "a{2}"]) {
    expect(await finds(`say ${sign}`, sign)).toBe(true);
    expect(await finds("1 b x aa", sign)).toBe(false);
  }
});

test("letters match ignoring case, by the same rules in every locale", async () => {
  for (const [text, sought] of [
    ["BUILD-Title", "build-title"],
    ["title", "TITLE"],
    ["ÄRGER in ЖЁЛТЫЙ", "ärger in жёлтый"],
    ["Ångström", "ÅNGSTRÖM"],
  ] as const) {
    expect(await finds(text, sought)).toBe(true);
  }
  expect(await finds("dış", "dis")).toBe(false);
});

test("a prefix is matched only at the start", async () => {
  expect(await finds("Release 1", "rel", "start")).toBe(true);
  expect(await finds("a release", "rel", "start")).toBe(false);
});
