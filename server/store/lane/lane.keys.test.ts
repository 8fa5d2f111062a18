import { expect, test } from "vitest";
import type { ClientMutationInput } from "../../../domain/commit/mutations.ts";
import { givenTenants } from "../../testing/given.ts";
import type { Store } from "../types.ts";
import { commit, openStore } from "./lane.test-kit.ts";

const given = givenTenants();

/** A server with empty caches, as after a restart. */
async function freshStore(): Promise<Store> {
  const store = await openStore(given.database, given.tenant);
  given.closing(store);
  return store;
}

const CREATE: ClientMutationInput = { type: "run.create", runId: "r", workflow: "w" };
const START: ClientMutationInput = { type: "run.transition", runId: "r", to: "running" };
const key = (idempotencyKey: string) => ({ idempotencyKey, fingerprint: "f" });

test("a request repeated after a restart gets its receipt, though the state would now forbid it", async () => {
  const before = await freshStore();
  await commit(before, [CREATE], {}, given.tenant);
  const first = await commit(before, [START], key("start"), given.tenant);
  const after = await freshStore();
  const again = await commit(after, [START], key("start"), given.tenant);
  expect(again).toMatchObject({ replayed: true, receipt: first.receipt });
});

test("the same when the row it created is loaded already, so that no insert would conflict", async () => {
  const before = await freshStore();
  const first = await commit(before, [CREATE], key("create"), given.tenant);
  const after = await freshStore();
  await commit(after, [START], {}, given.tenant);
  const again = await commit(after, [CREATE], key("create"), given.tenant);
  expect(again).toMatchObject({ replayed: true, receipt: first.receipt });
});

test("and when its expected version is out of date", async () => {
  const before = await freshStore();
  await commit(before, [CREATE], {}, given.tenant);
  const first = await commit(before, [START], key("start"), given.tenant, { r: 1 });
  const after = await freshStore();
  const again = await commit(after, [START], key("start"), given.tenant, { r: 1 });
  expect(again).toMatchObject({ replayed: true, receipt: first.receipt });
});

test("another request under a used key is refused for the key, not for its own faults", async () => {
  const before = await freshStore();
  await commit(before, [CREATE], key("create"), given.tenant);
  const after = await freshStore();
  const other = commit(
    after,
    [{ ...START, runId: "nobody" }],
    { ...key("create"), fingerprint: "other" },
    given.tenant,
  );
  await expect(other).rejects.toMatchObject({ code: "idempotency_mismatch" });
});

test("a refused request is refused again under its key, and accepted once the state allows it", async () => {
  const store = await freshStore();
  await expect(commit(store, [START], key("start"), given.tenant)).rejects.toMatchObject({ code: "commit_refused" });
  await expect(commit(store, [START], key("start"), given.tenant)).rejects.toMatchObject({ code: "commit_refused" });
  await commit(store, [CREATE], {}, given.tenant);
  expect(await commit(store, [START], key("start"), given.tenant)).toMatchObject({ replayed: false });
});
