import { expect, test, vi } from "vitest";
import type { ClientMutationInput } from "../domain/commit/mutations.ts";
import type { Receipt } from "../domain/kernel/receipt.ts";
import { CommitBuffer } from "./buffer.ts";
import { SwitchyardError } from "./core/problem.ts";

const run = (runId: string) => ({ type: "run.create", runId, workflow: "build" }) as const;
const receipt = { receiptId: "rc1" } as Receipt;

test("a buffer sends all its mutations as one commit, in order", async () => {
  const sent: ClientMutationInput[][] = [];
  const buffer = new CommitBuffer(async (mutations) => {
    sent.push(mutations);
    return receipt;
  });
  buffer.add(run("a")).add(run("b"), run("c"));
  expect(buffer.size).toBe(3);
  expect(await buffer.commit()).toBe(receipt);
  expect(sent).toEqual([[run("a"), run("b"), run("c")]]);
  expect(() => buffer.add(run("d"))).toThrow("this buffer is committed");
  await expect(buffer.commit()).rejects.toThrow("this buffer is committed");
});

test("a rollback discards the buffer and sends nothing", async () => {
  const commit = vi.fn();
  const buffer = new CommitBuffer(commit);
  buffer.add(run("a"), run("b"));
  expect(buffer.rollback()).toBe(2);
  expect(buffer.size).toBe(0);
  await expect(buffer.commit()).rejects.toThrow("this buffer is rolled back");
  expect(commit).not.toHaveBeenCalled();
});

test("a refused commit leaves the buffer open and unchanged, to be mended and sent again", async () => {
  let refuse = true;
  const buffer = new CommitBuffer(async () => {
    if (refuse) throw new SwitchyardError(422, "commit_refused", "no");
    return receipt;
  });
  buffer.add(run("a"));
  await expect(buffer.commit()).rejects.toMatchObject({ code: "commit_refused" });
  expect(buffer.mutations).toEqual([run("a")]);
  refuse = false;
  expect(await buffer.add(run("b")).commit()).toBe(receipt);
});

test("nothing can be added, committed or rolled back while a commit is under way", async () => {
  const { promise, resolve } = deferred<Receipt>();
  const buffer = new CommitBuffer(() => promise);
  const committing = buffer.add(run("a")).commit();
  expect(() => buffer.add(run("b"))).toThrow("this buffer is committing");
  expect(() => buffer.rollback()).toThrow("this buffer is committing");
  await expect(buffer.commit()).rejects.toThrow("this buffer is committing");
  resolve(receipt);
  await committing;
});

function deferred<T>() {
  let resolve: (value: T) => void = () => undefined;
  const promise = new Promise<T>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}
