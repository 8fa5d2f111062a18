import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../testing/database.ts";
import { createDatabase, type Database } from "./client.ts";
import type { Refusal } from "./connections.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await createTestDatabase();
  await db.pool.query(
    "CREATE FUNCTION refuse(code text) RETURNS void LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused' USING ERRCODE = code; END $$",
  );
});
afterAll(() => db.drop());

let own: Database;
const refusals: Refusal[] = [];
afterEach(() => own.close());

function open(max: number): void {
  refusals.length = 0;
  own = createDatabase(db.url, { max, onRefused: (refusal) => void refusals.push(refusal) });
}

/** The sessions behind `count` connections that are at work at the same time. */
async function sessions(count: number): Promise<number[]> {
  const answers = Array.from({ length: count }, () =>
    own.pool.query<{ pid: number }>("SELECT pg_backend_pid() AS pid, pg_sleep(0.05)"),
  );
  return (await Promise.all(answers)).map(({ rows }) => rows[0]?.pid ?? 0);
}

const refuse = (code: string) => own.pool.query("SELECT refuse($1)", [code]).catch(() => {});

test.each(["25006", "0A000", "26000", "42P05"])("after %s every connection is made anew", async (code) => {
  open(3);
  const before = await sessions(3);
  expect(new Set(before).size).toBe(3);
  await refuse(code);
  const after = await sessions(3);
  expect(after.filter((pid) => before.includes(pid))).toEqual([]);
  expect(refusals).toMatchObject([{ code, message: "refused" }]);
});

test("one that is at work is made anew when it is given back, not before", async () => {
  open(2);
  const busy = await own.pool.connect();
  const { rows } = await busy.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  await refuse("25006");
  expect((await busy.query("SELECT pg_backend_pid() AS pid")).rows).toEqual(rows);
  busy.release();
  expect(await sessions(2)).not.toContain(rows[0]?.pid);
});

test("other refusals are reported and cost only their connection; those about data are not reported", async () => {
  open(2);
  const before = await sessions(2);
  await refuse("53100");
  expect((await sessions(2)).filter((pid) => before.includes(pid))).toHaveLength(1);
  await refuse("22001");
  await refuse("23505");
  expect(refusals.map(({ code }) => code)).toEqual(["53100"]);
});

test("refusals are reported by every way to the caller: in a transaction, through Prisma", async () => {
  open(2);
  await own.prisma.$queryRaw`SELECT refuse('58030')::text`.catch(() => {});
  await own.prisma.$transaction([own.prisma.$queryRaw`SELECT refuse('XX001')::text`]).catch(() => {});
  const client = await own.pool.connect();
  await client.query("BEGIN");
  await client.query("SELECT refuse('42501')").catch(() => {});
  await client.query("ROLLBACK");
  client.release();
  expect(refusals.map(({ code }) => code)).toEqual(["58030", "XX001", "42501"]);
});
