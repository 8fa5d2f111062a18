import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ClientMutationInput, Mutation } from "../../../domain/commit/mutations.ts";
import { createDatabase } from "../../database/client.ts";
import type { Reason } from "../../database/faults.ts";
import { givenTenants } from "../../testing/given.ts";
import type { Store } from "../types.ts";
import { BY, commit, openStore } from "./lane.test-kit.ts";

/** SQLSTATEs with which Postgres may refuse a batch, by the reason the callers get. */
const STATES: Readonly<Record<Reason, readonly string[]>> = {
  unreachable: ["08000", "08003", "08006", "08P01", "57P01", "57P02", "57P03", "57P05"],
  read_only: ["25006"],
  full: ["53100"],
  busy: ["40001", "40003", "40P01", "53000", "53200", "53300", "53400", "55000", "55006", "55P03", "57014", "25P02"],
  pooled: ["26000", "42P05"],
  schema: ["42P01", "42703", "42883", "42804", "0A000", "3F000"],
  privileges: ["42501"],
  failing: ["XX000", "XX001", "XX002", "58000", "58030", "58P01", "F0000", "P0001"],
};
const DATA = [
  "22000",
  "22001",
  "22003",
  "22008",
  "22021",
  "22P02",
  "22P03",
  "22P05",
  "23000",
  "23502",
  "23503",
  "23505",
  "23514",
];

const given = givenTenants();
let store: Store;
const reasons: Reason[] = [];

beforeAll(async () => {
  await given.database.pool.query(`CREATE TABLE fault (code text);
    CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ DECLARE state text; BEGIN
      SELECT code INTO state FROM fault;
      IF state IS NOT NULL AND NEW."type" = 'x.bad' THEN RAISE EXCEPTION 'refused' USING ERRCODE = state; END IF;
      RETURN NEW; END $$;
    CREATE TRIGGER fail BEFORE INSERT ON "Event" FOR EACH ROW EXECUTE FUNCTION fail()`);
});
beforeEach(async () => {
  reasons.length = 0;
  store = await openStore(given.database, given.tenant, { onAway: (reason: Reason) => void reasons.push(reason) });
});
afterEach(async () => {
  await store.close();
  await failWith(null);
});

const failWith = (code: string | null) =>
  given.database.pool.query("WITH gone AS (DELETE FROM fault) INSERT INTO fault VALUES ($1)", [code]);
const append = (name: string): Mutation & ClientMutationInput => ({ type: "event.append", eventType: `x.${name}` });
const send = (name: string) => store.commit(given.tenant, BY, { mutations: [append(name)] });
const goesOn = () => expect.poll(() => send("after").then(() => "ok", String)).toBe("ok");

for (const [reason, codes] of Object.entries(STATES)) {
  test.each(codes)(
    `${reason}: a batch refused with %s is blamed on the given.database, not on the data`,
    async (code) => {
      await send("before");
      await failWith(code);
      const all = await Promise.allSettled(["good", "bad", "good", "bad", "good"].map(send));
      for (const one of all) {
        expect(one).toMatchObject({ reason: { code: "database_away", extra: { reason, retryAfterSeconds: 1 } } });
      }
      expect(reasons).toEqual([reason]);
      await failWith(null);
      await goesOn();
      const events = await store.readEvents(given.tenant, { after: 0, limit: 100 });
      expect(events.map(({ type }) => type)).toEqual(["x.before", "x.after"]);
    },
  );
}

test.each(DATA)("a commit refused with %s is refused for its data, and its neighbours are accepted", async (code) => {
  await send("before");
  await failWith(code);
  const all = await Promise.allSettled(["good", "bad", "good"].map(send));
  expect(all.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
  expect(all[1]).toMatchObject({ reason: { code: "commit_refused", errors: [{ code: "not_storable" }] } });
  expect(reasons).toEqual([]);
});

describe("for real", () => {
  const name = () => new URL(given.database.url).pathname.slice(1);
  const admin = (sql: string) => given.database.pool.query(sql);
  const open: { close(): Promise<void> }[] = [];
  afterEach(async () => {
    for (const one of open.splice(0).reverse()) await one.close();
  });

  /** A server connected as a role that owns nothing. */
  async function asRole(role: string): Promise<Store> {
    await admin(`CREATE ROLE ${role} LOGIN PASSWORD 'secret';
      GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${role}`);
    const url = new URL(given.database.url);
    url.username = role;
    url.password = "secret";
    const own = createDatabase(url.toString(), { max: 4 });
    open.push(own);
    const opened = await openStore(own, given.tenant);
    open.push(opened);
    open.unshift({ close: async () => void (await admin(`DROP OWNED BY ${role}; DROP ROLE ${role}`)) });
    return opened;
  }
  const answerOf = (over: Store) =>
    commit(over, [append("now")], {}, given.tenant).then(
      () => "ok",
      (error: { code: string; extra?: { reason?: string } }) => `${error.code} ${error.extra?.reason}`,
    );

  test("a read-only database refuses commits, and takes them again when writable", async () => {
    await send("before");
    await admin(`ALTER DATABASE ${name()} SET default_transaction_read_only = on`);
    given.database.renew();
    await expect.poll(() => answerOf(store)).toBe("database_away read_only");
    expect(await store.readEvents(given.tenant, { after: 0, limit: 10 })).not.toHaveLength(0);
    await admin(`BEGIN READ WRITE; ALTER DATABASE ${name()} RESET default_transaction_read_only; COMMIT`);
    await expect.poll(() => answerOf(store)).toBe("ok");
  });

  test("a privilege that is revoked, and granted again", async () => {
    const over = await asRole(`role_${given.tenant}`);
    expect(await answerOf(over)).toBe("ok");
    await admin(`REVOKE INSERT ON "Event" FROM role_${given.tenant}`);
    expect(await answerOf(over)).toBe("database_away privileges");
    await admin(`GRANT INSERT ON "Event" TO role_${given.tenant}`);
    await expect.poll(() => answerOf(over)).toBe("ok");
  });

  test("a schema of another version", async () => {
    await send("before");
    await admin('ALTER TABLE "Event" RENAME COLUMN "traceId" TO "trace"');
    expect(await answerOf(store)).toBe("database_away schema");
    await admin('ALTER TABLE "Event" RENAME COLUMN "trace" TO "traceId"');
    await expect.poll(() => answerOf(store)).toBe("ok");
    await admin('ALTER TABLE "Event" RENAME TO "Events"');
    expect(await answerOf(store)).toBe("database_away schema");
    await admin('ALTER TABLE "Events" RENAME TO "Event"');
    await expect.poll(() => answerOf(store)).toBe("ok");
  });
});
