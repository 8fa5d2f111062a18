import { PrismaPg } from "@prisma/adapter-pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PrismaClient } from "../../database/generated/client.ts";
import { createTestDatabase, type TestDatabase } from "../../testing/database.ts";
import { toProblemError } from "../kernel/problem.ts";
import { hashApiKey, mintApiKey, revokeApiKey } from "./api-keys.ts";
import { KeyLookup } from "./key-lookup.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test("a revoked key that is in use stops working within 5 seconds", async () => {
  const { prisma } = database;
  const clock = { now: 0 };
  const lookup = new KeyLookup(prisma, { now: () => clock.now });
  const { id, secret } = await mintApiKey(prisma, { tenantId: "t", name: "busy" });
  expect(await lookup.get(secret)).toMatchObject({ tenantId: "t", name: "busy" });
  await revokeApiKey(prisma, "t", id);
  expect(lookup.peek(secret)).toMatchObject({ name: "busy" });
  clock.now = 5_000;
  expect(lookup.peek(secret)).toBeUndefined();
  expect(await lookup.get(secret)).toBeNull();
  await lookup.close();
});

test("use is written at most once a minute, however often a key is looked up", async () => {
  const { prisma } = database;
  const clock = { now: 0 };
  const lookup = new KeyLookup(prisma, { now: () => clock.now });
  const { id, secret } = await mintApiKey(prisma, { tenantId: "t", name: "noted" });
  const used = async () => (await prisma.apiKey.findUniqueOrThrow({ where: { id } })).lastUsedAt;
  await lookup.get(secret);
  await lookup.close();
  const first = await used();
  expect(first).toBeInstanceOf(Date);
  clock.now = 6_000;
  await lookup.get(secret);
  await lookup.close();
  expect(await used()).toEqual(first);
});

test("with the database away a key that memory does not know is a 503 and not a 401", async () => {
  const prisma = new PrismaClient({ adapter: new PrismaPg({ connectionString: "postgresql://a:b@127.0.0.1:1/c" }) });
  const lookup = new KeyLookup(prisma);
  const error = await lookup.get("any").catch((thrown: unknown) => thrown);
  expect(toProblemError(error)).toMatchObject({ status: 503, code: "database_away" });
  await prisma.$disconnect();
});

test("guesses are looked up one at a time, and a key that was good does not wait for them", async () => {
  const answers: (() => void)[] = [];
  const row = { id: "k", tenantId: "t", name: "good", role: "admin", revokedAt: null };
  const findUnique = ({ where }: { where: { hash: string } }) =>
    new Promise((resolve) => answers.push(() => resolve(where.hash === hashApiKey("good") ? row : null)));
  const clock = { now: 0 };
  const prisma = { apiKey: { findUnique }, $executeRaw: async () => 0 } as unknown as PrismaClient;
  const lookup = new KeyLookup(prisma, { now: () => clock.now });
  const settle = () => new Promise((resolve) => setImmediate(resolve));

  const first = lookup.get("good");
  await settle();
  answers.shift()?.();
  expect(await first).toMatchObject({ name: "good" });
  const guesses = Promise.all(Array.from({ length: 200 }, (_, n) => lookup.get(`guess ${n}`)));
  await settle();
  expect(answers).toHaveLength(1);
  clock.now = 5_000;
  const again = lookup.get("good");
  await settle();
  expect(answers).toHaveLength(2);
  answers.pop()?.();
  expect(await again).toMatchObject({ name: "good" });
  for (let n = 0; n < 200; n += 1) {
    expect(answers).toHaveLength(1);
    answers.shift()?.();
    await settle();
  }
  expect(await guesses).toEqual(Array.from({ length: 200 }, () => null));
});
