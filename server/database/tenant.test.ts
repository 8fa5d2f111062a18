import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../testing/database.ts";
import { Prisma } from "./generated/client.ts";
import { forTenant, type TenantClient, TenantScopeError } from "./tenant.ts";

type Row = Record<string, unknown>;
type Delegate = Record<string, (args?: Row) => Promise<unknown>>;

let db: TestDatabase;
let ours: TenantClient;
beforeAll(async () => {
  db = await createTestDatabase();
  ours = forTenant(db.prisma, "ours");
  await db.pool.query(`INSERT INTO "AuthUser" (id, name, email) VALUES ('same', 'n', 'a@b'), ('other', 'n', 'c@d')`);
});
afterAll(() => db.drop());

const allModels = Object.keys(Prisma.ModelName);
const scalarsOf = (model: string) => Object.keys(Prisma[`${model}ScalarFieldEnum` as keyof typeof Prisma] as object);
const tenantModels = allModels.filter((model) => scalarsOf(model).includes("tenantId"));
const otherModels = allModels.filter((model) => !tenantModels.includes(model));

const delegate = (client: object, model: string) =>
  (client as Record<string, Delegate>)[model.charAt(0).toLowerCase() + model.slice(1)] as Delegate;

/** A value that fits a column, the same in both tenants wherever the key allows it. */
function valueFor(column: { name: string; type: string }, tenant: string, unique: boolean): unknown {
  if (column.name === "tenantId") return tenant;
  if (column.type === "ARRAY") return [];
  if (column.type === "boolean") return false;
  if (column.type.startsWith("json")) return "{}";
  if (column.type.startsWith("timestamp")) return "2026-11-21T00:00:00Z";
  if (column.type === "text") return unique ? tenant : "same";
  return 7;
}

async function insertRow(model: string, tenant: string): Promise<void> {
  const columns = await db.pool.query<{ name: string; type: string }>(
    "SELECT column_name AS name, data_type AS type FROM information_schema.columns WHERE table_name = $1",
    [model],
  );
  const soleKeys = await db.pool.query<{ name: string }>(
    `SELECT a.attname AS name FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
     WHERE i.indrelid = $1::regclass AND i.indisunique AND i.indnatts = 1`,
    [`"${model}"`],
  );
  const sole = new Set(soleKeys.rows.map((row) => row.name));
  const values = columns.rows.map((column) => valueFor(column, tenant, sole.has(column.name)));
  const names = columns.rows.map((column) => `"${column.name}"`);
  await db.pool.query(
    `INSERT INTO "${model}" (${names.join(", ")}) VALUES (${names.map((_, index) => `$${index + 1}`).join(", ")})`,
    values,
  );
}

/** The `where` that names one row by its primary key. */
async function keyOf(model: string, tenant: string): Promise<Row> {
  const row = (await delegate(db.prisma, model).findFirst?.({ where: { tenantId: tenant } })) as Row;
  const { rows } = await db.pool.query<{ name: string }>(
    `SELECT a.attname AS name FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
     WHERE i.indrelid = $1::regclass AND i.indisprimary ORDER BY array_position(i.indkey::int[], a.attnum::int)`,
    [`"${model}"`],
  );
  const fields = Object.fromEntries(rows.map(({ name }) => [name, row[name]]));
  return rows.length === 1 ? fields : { [rows.map(({ name }) => name).join("_")]: fields };
}

test("every model but those of sign-in, tenants, leases and the database itself belongs to a tenant", () => {
  expect(otherModels.toSorted()).toEqual([
    "AuthAccount",
    "AuthSession",
    "AuthUser",
    "AuthVerification",
    "DatabaseIdentity",
    "Lease",
    "Tenant",
  ]);
});

describe.each(tenantModels)("%s", (model) => {
  const scoped = () => delegate(ours, model);
  const all = () => delegate(db.prisma, model);
  const count = async (tenantId: string) => all().count?.({ where: { tenantId } });
  let theirs: Row;
  let theirRow: Row;

  beforeEach(async () => {
    await db.pool.query(`DELETE FROM "${model}"`);
    await insertRow(model, "ours");
    await insertRow(model, "theirs");
    theirs = await keyOf(model, "theirs");
    theirRow = (await all().findFirst?.({ where: { tenantId: "theirs" } })) as Row;
  });

  test("reads see our row and never theirs", async () => {
    const api = scoped();
    const mine = await keyOf(model, "ours");
    expect(await api.findUnique?.({ where: mine })).toMatchObject({ tenantId: "ours" });
    expect(await api.findUnique?.({ where: theirs })).toBeNull();
    await expect(api.findUniqueOrThrow?.({ where: theirs })).rejects.toMatchObject({ code: "P2025" });
    for (const where of [undefined, {}, { OR: [{ tenantId: "theirs" }, { tenantId: "ours" }] }]) {
      expect(await api.findFirst?.({ where })).toMatchObject({ tenantId: "ours" });
      expect(await api.findMany?.({ where })).toMatchObject([{ tenantId: "ours" }]);
      expect(await api.count?.({ where })).toBe(1);
      expect(await api.aggregate?.({ where, _count: { _all: true } })).toEqual({ _count: { _all: 1 } });
      expect(await api.groupBy?.({ where, by: ["tenantId"] })).toEqual([{ tenantId: "ours" }]);
    }
    for (const where of [{ tenantId: "theirs" }, { AND: { tenantId: "theirs" } }, { NOT: { tenantId: "ours" } }]) {
      expect(await api.findFirst?.({ where })).toBeNull();
      expect(await api.findMany?.({ where })).toEqual([]);
      expect(await api.count?.({ where })).toBe(0);
      await expect(api.findFirstOrThrow?.({ where })).rejects.toMatchObject({ code: "P2025" });
    }
  });

  test("deletes and updates reach our row and never theirs", async () => {
    const api = scoped();
    const data = { tenantId: "ours" };
    await expect(api.update?.({ where: theirs, data })).rejects.toMatchObject({ code: "P2025" });
    await expect(api.delete?.({ where: theirs })).rejects.toMatchObject({ code: "P2025" });
    expect(await api.updateMany?.({ where: { tenantId: "theirs" }, data })).toEqual({ count: 0 });
    expect(await api.updateMany?.({ data })).toEqual({ count: 1 });
    expect(await api.updateManyAndReturn?.({ data })).toMatchObject([{ tenantId: "ours" }]);
    expect(await api.deleteMany?.({ where: { tenantId: "theirs" } })).toEqual({ count: 0 });
    expect(await api.deleteMany?.()).toEqual({ count: 1 });
    expect(await all().findMany?.()).toEqual([theirRow]);
  });

  test("rows are made in our tenant, whatever the data leaves out", async () => {
    const api = scoped();
    const make = (suffix: string) =>
      Object.fromEntries(
        Object.entries(theirRow)
          .filter(([key, value]) => key !== "tenantId" && value !== null)
          .map(([key, value]) => [key, value === "theirs" ? suffix : value]),
      );
    await api.deleteMany?.();
    expect(await api.create?.({ data: make("a") })).toMatchObject({ tenantId: "ours" });
    await api.deleteMany?.();
    expect(await api.createMany?.({ data: [make("b")] })).toEqual({ count: 1 });
    await api.deleteMany?.();
    expect(await api.createManyAndReturn?.({ data: make("c") })).toMatchObject([{ tenantId: "ours" }]);
    expect(await count("theirs")).toBe(1);
    for (const [operation, args] of Object.entries({
      create: { data: { ...make("d"), tenantId: "theirs" } },
      createMany: { data: [make("d"), { ...make("e"), tenantId: "theirs" }] },
      createManyAndReturn: { data: { ...make("d"), tenantId: "theirs" } },
      update: { where: theirs, data: { tenantId: "theirs" } },
      updateMany: { data: { tenantId: { set: "theirs" } } },
      updateManyAndReturn: { data: { tenantId: "theirs" } },
    })) {
      await expect(api[operation]?.(args as Row)).rejects.toThrow(TenantScopeError);
    }
  });

  test("an upsert of their row never changes it", async () => {
    const before = await all().findMany?.({ where: { tenantId: "theirs" } });
    const create = Object.fromEntries(
      Object.entries(theirRow).filter(([key, value]) => key !== "tenantId" && value !== null),
    );
    await scoped()
      .upsert?.({ where: theirs, create, update: {} })
      .catch(() => {});
    expect(await all().findMany?.({ where: { tenantId: "theirs" } })).toEqual(before);
  });
});

test.each(otherModels)("%s is refused, for every operation", async (model) => {
  const api = delegate(ours, model);
  for (const operation of ["findUnique", "findFirst", "findMany", "count", "aggregate", "groupBy"]) {
    await expect(api[operation]?.({ where: {} })).rejects.toThrow(TenantScopeError);
  }
  for (const operation of ["create", "createMany", "update", "updateMany", "upsert", "delete", "deleteMany"]) {
    await expect(api[operation]?.({ where: {}, data: {} })).rejects.toThrow(TenantScopeError);
  }
});

test("raw SQL is refused, in a transaction too", async () => {
  await expect(ours.$queryRaw`SELECT 1`).rejects.toThrow(TenantScopeError);
  await expect(ours.$queryRawUnsafe("SELECT 1")).rejects.toThrow(TenantScopeError);
  await expect(ours.$executeRaw`SELECT 1`).rejects.toThrow(TenantScopeError);
  await expect(ours.$executeRawUnsafe("SELECT 1")).rejects.toThrow(TenantScopeError);
  await expect(ours.$transaction((tx) => tx.$queryRaw`SELECT 1`)).rejects.toThrow(TenantScopeError);
  await expect(ours.$transaction((tx) => tx.tenant.findMany())).rejects.toThrow(TenantScopeError);
});

test("a transaction sees our tenant only", async () => {
  await db.pool.query('DELETE FROM "Agent"');
  for (const tenant of ["ours", "theirs"]) await insertRow("Agent", tenant);
  expect(await ours.$transaction((tx) => tx.agent.count())).toBe(1);
  expect(await ours.$transaction([ours.agent.count(), ours.agent.count()])).toEqual([1, 1]);
});

test("relations and cursors that lead out of the tenant are refused", async () => {
  const api = delegate(ours, "Membership");
  for (const args of [
    { include: { user: true } },
    { select: { user: { select: { memberships: true } } } },
    { where: { user: { memberships: { some: { tenantId: "theirs" } } } } },
    { where: { OR: [{ NOT: { user: { name: "x" } } }] } },
    { orderBy: { user: { name: "asc" } } },
    { cursor: { tenantId_userId: { tenantId: "theirs", userId: "same" } } },
  ]) {
    await expect(api.findMany?.(args)).rejects.toThrow(TenantScopeError);
  }
  await expect(api.create?.({ data: { user: { connect: { id: "same" } } } })).rejects.toThrow(TenantScopeError);
  await expect(delegate(ours, "ApiKey").findMany?.({ cursor: { id: "theirs" } })).rejects.toThrow(TenantScopeError);
  expect(await api.findMany?.({ cursor: { tenantId_userId: { tenantId: "ours", userId: "same" } } })).toBeDefined();
});

test("an empty tenant id is refused", () => {
  expect(() => forTenant(db.prisma, "")).toThrow(TenantScopeError);
});
