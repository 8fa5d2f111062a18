import { expect, test } from "vitest";
import { createStatementNamer } from "./statement-names.ts";

test("a text gets its name when it is seen again, and keeps it", () => {
  const nameOf = createStatementNamer({ limit: 10, minSeen: 2 });
  expect(nameOf("SELECT 1")).toBe("");
  const name = nameOf("SELECT 1");
  expect(name).toMatch(/^sy_[0-9a-f]{24}$/);
  expect(nameOf("SELECT 1")).toBe(name);
  expect(createStatementNamer({ limit: 10, minSeen: 1 })("SELECT 1")).toBe(name);
});

test("different texts get different names", () => {
  const nameOf = createStatementNamer({ limit: 10, minSeen: 1 });
  expect(new Set(["SELECT 1", "SELECT 2", "SELECT  1"].map(nameOf)).size).toBe(3);
});

test("the number of names is bounded, and texts used once do not push repeated ones out", () => {
  const nameOf = createStatementNamer({ limit: 3, minSeen: 2 });
  const named = Array.from({ length: 10 }, (_, index) => [`SELECT ${index}`, `SELECT ${index}`].map(nameOf).at(-1));
  expect(named.filter((name) => name !== "")).toHaveLength(3);
  const patient = createStatementNamer({ limit: 3, minSeen: 2 });
  for (let index = 0; index < 100; index++) patient(`SELECT once ${index}`);
  expect([patient("SELECT often"), patient("SELECT often")].at(-1)).not.toBe("");
});

test("transaction control is never named", () => {
  const nameOf = createStatementNamer({ limit: 10, minSeen: 1 });
  for (const sql of ["BEGIN", "COMMIT", "SAVEPOINT a", "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"]) {
    expect(nameOf(sql)).toBe("");
  }
});
