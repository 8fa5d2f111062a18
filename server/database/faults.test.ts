import { readFileSync } from "node:fs";
import { connect } from "node:net";
import path from "node:path";
import { PrismaPg } from "@prisma/adapter-pg";
import { DriverAdapterError } from "@prisma/driver-adapter-utils";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../testing/database.ts";
import { createDatabase, type Database } from "./client.ts";
import { faultOf, isAboutData, REASONS, reasonOfState, SENTENCES } from "./faults.ts";
import { Prisma, PrismaClient } from "./generated/client.ts";
import { findRuntime } from "./runtime.ts";

/** Every SQLSTATE that stands for an error in the list that Postgres is built from. */
function allStates(): string[] {
  const { postgres } = findRuntime(undefined);
  const list = readFileSync(path.join(path.dirname(postgres), "..", "share", "postgresql", "errcodes.txt"), "utf8");
  return [...list.matchAll(/^([0-9A-Z]{5})\s+E\s/gm)].map(([, code]) => code as string);
}
const STATES = allStates();
const DATA = STATES.filter((code) => /^2[23]/.test(code));

const driverError = (code: string) =>
  Object.assign(new pg.DatabaseError(`error ${code}`, 0, "error"), { code, severity: "ERROR" });

/** The adapter over a driver that fails with an error: how Prisma gets to know of it. */
async function adapted(error: Error): Promise<unknown> {
  const pool = Object.assign(new pg.Pool(), { query: () => Promise.reject(error) });
  const adapter = await new PrismaPg(pool).connect();
  const thrown = await adapter.queryRaw({ sql: "SELECT 1", args: [], argTypes: [] }).catch((failed: unknown) => failed);
  await pool.end();
  return thrown;
}

const prismaError = (code: string, meta?: Record<string, unknown>) =>
  new Prisma.PrismaClientKnownRequestError("failed", { code, clientVersion: "7", ...(meta && { meta }) });

test("the list of states is the whole list", () => {
  expect(STATES.length).toBeGreaterThan(230);
  expect(DATA.length).toBeGreaterThan(60);
  expect(STATES).toEqual(
    expect.arrayContaining(["25006", "26000", "42P05", "53100", "58030", "XX001", "23505", "22001"]),
  );
});

test("classes 22 and 23 are about the data, every other state of Postgres is about the database", async () => {
  for (const code of STATES) {
    const about = DATA.includes(code) ? "data" : "state";
    const plain = driverError(code);
    const adapter = await adapted(plain);
    expect(adapter).toBeInstanceOf(DriverAdapterError);
    const wraps = [
      plain,
      new Error("in a transaction", { cause: plain }),
      adapter,
      prismaError("P2010", { driverAdapterError: adapter }),
      prismaError("P2039", { driverAdapterError: adapter }),
      new Error("the session could not be read", { cause: prismaError("P2039", { driverAdapterError: adapter }) }),
    ];
    for (const error of wraps) expect(faultOf(error), code).toMatchObject({ about, code });
    expect(isAboutData(code), code).toBe(about === "data");
  }
});

test("a state says why the database does not work", () => {
  const reasons = {
    unreachable: ["08000", "08006", "57P01", "57P02", "57P03", "28000", "28P01", "3D000"],
    read_only: ["25006"],
    full: ["53100"],
    busy: ["53000", "53200", "53300", "40001", "40P01", "55P03", "57014", "25P02"],
    pooled: ["26000", "42P05"],
    schema: ["42P01", "42703", "42883", "3F000", "0A000"],
    privileges: ["42501"],
    failing: ["XX000", "XX001", "XX002", "58030", "58P01", "F0000"],
  };
  for (const [reason, codes] of Object.entries(reasons)) {
    for (const code of codes) expect(reasonOfState(code), code).toBe(reason);
  }
  expect(Object.keys(reasons).sort()).toEqual([...REASONS].sort());
  for (const reason of REASONS) expect(SENTENCES[reason]).toMatch(/database/);
});

test("Prisma's own codes: what was asked is data, anything else is the database's state", () => {
  const data = ["P2000", "P2002", "P2003", "P2007", "P2011", "P2012", "P2020", "P2023", "P2025", "P2033"];
  const state = [
    ...["P1000", "P1001", "P1002", "P1003", "P1008", "P1010", "P1011", "P1014", "P1017"],
    ...["P2010", "P2021", "P2022", "P2024", "P2027", "P2028", "P2034", "P2036", "P2037", "P2038", "P2039"],
  ];
  for (const code of data) expect(faultOf(prismaError(code)), code).toMatchObject({ about: "data" });
  for (const code of state) expect(faultOf(prismaError(code)), code).toMatchObject({ about: "state" });
  expect(faultOf(prismaError("P2021"))).toMatchObject({ reason: "schema" });
  expect(faultOf(prismaError("P2024"))).toMatchObject({ reason: "busy" });
  const version = { clientVersion: "7" };
  for (const error of [
    new Prisma.PrismaClientUnknownRequestError("?", version),
    new Prisma.PrismaClientInitializationError("?", "7"),
    new Prisma.PrismaClientRustPanicError("?", "7"),
  ]) {
    expect(faultOf(error)).toMatchObject({ about: "state" });
  }
});

test("what is no error of the database is none", () => {
  const file = Object.assign(new Error("no such file"), { code: "ENOENT", syscall: "open" });
  const validation = new Prisma.PrismaClientValidationError("a wrong call", { clientVersion: "7" });
  for (const error of [
    new Error("a bug"),
    new TypeError("x is not a function"),
    "text",
    null,
    undefined,
    file,
    validation,
  ]) {
    expect(faultOf(error)).toBeUndefined();
  }
});

describe("what cannot be reached", () => {
  /** Port 1 takes no connections; the folder of the socket does not exist. */
  const NOWHERE = [
    "postgresql://nobody:none@127.0.0.1:1/none",
    "postgresql://nobody:none@localhost/none?host=/nowhere",
  ];

  test("is recognised behind Prisma and behind pg", async () => {
    for (const connectionString of NOWHERE) {
      const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString }) });
      const byModel = await prisma.tenant.findMany().catch((error: unknown) => error);
      const byStatement = await prisma.$executeRaw`SELECT 1`.catch((error: unknown) => error);
      const byTransaction = await prisma.$transaction([prisma.tenant.findMany()]).catch((error: unknown) => error);
      await prisma.$disconnect();
      const byDriver = await new pg.Client({ connectionString }).connect().catch((error: unknown) => error);
      for (const error of [byModel, byStatement, byTransaction, byDriver]) {
        expect(error).toBeInstanceOf(Error);
        expect(faultOf(error)).toMatchObject({ about: "state", reason: "unreachable" });
      }
    }
  });

  test("a socket that is gone counts, a missing file does not", async () => {
    const gone = await new Promise<unknown>((resolve) => connect("/nowhere/.s.PGSQL.5432").once("error", resolve));
    expect(faultOf(gone)).toMatchObject({ reason: "unreachable" });
  });
});

describe("errors of a real Postgres", () => {
  let db: TestDatabase;
  let own: Database;
  beforeAll(async () => {
    db = await createTestDatabase();
    own = createDatabase(db.url, { max: 2, statementTimeoutMs: 500 });
  });
  afterAll(async () => {
    await own.close();
    await db.drop();
  });

  const thrownBy = (work: Promise<unknown>) => work.then(() => undefined, faultOf);

  test("come through Prisma with what they are about", async () => {
    const row = { id: "one", name: "One" };
    await own.prisma.tenant.create({ data: row });
    expect(await thrownBy(own.prisma.tenant.create({ data: row }))).toMatchObject({ about: "data" });
    expect(await thrownBy(own.prisma.tenant.create({ data: { id: "a\0b", name: "" } }))).toMatchObject({
      about: "data",
    });
    expect(await thrownBy(own.prisma.$queryRaw`SELECT nothing FROM "Tenant"`)).toEqual({
      about: "state",
      code: "42703",
      reason: "schema",
    });
    expect(await thrownBy(own.prisma.$queryRaw`SELECT pg_sleep(30)::text`)).toMatchObject({ reason: "busy" });
    await db.pool.query('ALTER TABLE "AuthUser" RENAME COLUMN "email" TO "mail"');
    expect(await thrownBy(own.prisma.authUser.findMany())).toMatchObject({ about: "state", reason: "schema" });
    await db.pool.query('ALTER TABLE "AuthUser" RENAME TO "AuthPerson"');
    expect(await thrownBy(own.prisma.authUser.findMany())).toMatchObject({ about: "state", reason: "schema" });
  });
});
