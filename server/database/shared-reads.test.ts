import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../testing/database.ts";
import { eventually } from "../testing/eventually.ts";
import { runAs } from "./caller.ts";
import { createDatabase, type Database } from "./client.ts";
import { NoPlace } from "./fair-share.ts";

const LIMITS = { total: 3, perTenant: 2, perPrincipal: 1, waiting: 10, waitingPerPrincipal: 2, waitMs: 60_000 };

let db: TestDatabase;
let shared: Database;
beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.drop());
beforeEach(() => {
  shared = createDatabase(db.url, {
    max: LIMITS.total,
    statementTimeoutMs: 60_000,
    share: { limits: LIMITS, canceller: db.pool },
  });
});
afterEach(() => shared.close());

const SLEEP = "SELECT pg_sleep(50) /* asleep */";
const asleep = async () => {
  const { rows } = await db.pool.query<{ n: number }>(
    "SELECT count(*)::int AS n FROM pg_stat_activity WHERE query = $1 AND state = 'active' AND datname = current_database()",
    [SLEEP],
  );
  return rows[0]?.n;
};
test.each(["the driver", "Prisma"])(
  "a statement by %s whose caller goes away is cancelled, and the connection is good for the next",
  async (by) => {
    const gone = new AbortController();
    const caller = { tenantId: "t", principal: "p", signal: gone.signal };
    const sleep = () => (by === "Prisma" ? shared.prisma.$queryRawUnsafe(SLEEP) : shared.pool.query(SLEEP));
    const reading = runAs(caller, async () => sleep()).catch((error: unknown) => error);
    await eventually(async () => expect(await asleep()).toBe(1));
    gone.abort();
    expect(await reading).toBeInstanceOf(Error);
    await eventually(async () => expect(await asleep()).toBe(0));
    expect(await runAs({ tenantId: "t", principal: "p" }, () => shared.prisma.tenant.count())).toBe(0);
    expect(shared.reads()).toEqual({ running: 0, waiting: 0, refused: 0, cancelled: 1 });
  },
);

test("one who sleeps leaves others their share, waits for themselves, and is turned away beyond that", async () => {
  const gone = new AbortController();
  const caller = { tenantId: "greedy", principal: "p", signal: gone.signal };
  const ask = () => runAs(caller, async () => shared.pool.query(SLEEP)).catch((error: unknown) => error);
  const asked = [ask(), ask(), ask()];
  const { refusal } = (await ask()) as NoPlace;
  expect(refusal).toBe("own_share");
  await eventually(async () => expect(await asleep()).toBe(1));
  for (const other of [
    { tenantId: "greedy", principal: "q" },
    { tenantId: "modest", principal: "p" },
  ]) {
    expect(await runAs(other, () => shared.prisma.tenant.count())).toBe(0);
  }
  expect(shared.reads()).toMatchObject({ running: 1, waiting: 2, refused: 1 });
  gone.abort();
  expect((await Promise.all(asked)).filter((error) => error instanceof NoPlace)).toHaveLength(2);
  await eventually(async () => expect(await asleep()).toBe(0));
});

test("a transaction holds one place from its beginning to its end", async () => {
  await runAs({ tenantId: "t", principal: "p" }, () =>
    shared.prisma.$transaction(async (tx) => {
      await tx.tenant.count();
      expect(shared.reads()).toMatchObject({ running: 1, waiting: 0 });
      await tx.tenant.count();
    }),
  );
  expect(shared.reads()).toMatchObject({ running: 0, waiting: 0 });
});
