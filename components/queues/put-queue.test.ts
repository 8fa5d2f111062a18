import { afterEach, expect, test, vi } from "vitest";
import { NO_JOBS } from "../../domain/execution/contract.ts";
import { queueTag } from "../../domain/kernel/setting-tag.ts";
import { serveRow } from "../live/if-match.test-kit.ts";
import { changesBetween } from "../ui/meanwhile-model.ts";
import { boundFacts, boundQueue, pauseQueue } from "./put-queue.ts";
import type { QueueRow } from "./queue-model.ts";

afterEach(() => vi.unstubAllGlobals());

const at = "2026-11-21T10:00:00.000Z";
const seen: QueueRow = {
  ...{ kind: "queue", id: "ci", queue: "ci", concurrency: 4, capacity: null, paused: false, pauseReason: null },
  ...{ jobCounts: NO_JOBS, createdAt: at, updatedAt: at, version: 1, seq: 1 },
};
const busy: QueueRow = { ...seen, version: 900 };
const bounded: QueueRow = { ...busy, concurrency: 2, capacity: 100 };
const paused: QueueRow = { ...busy, paused: true, pauseReason: "deploy" };
const bounds = { concurrency: 8, capacity: null };

test("jobs that come and go meanwhile do not stop a change", async () => {
  const sent = serveRow([busy], queueTag);
  expect(await boundQueue(seen, bounds)).toHaveProperty("done");
  expect(sent).toMatchObject([{ path: "/api/v1/queues/ci", ifMatch: `"${queueTag(seen)}"`, body: bounds }]);
});

test("limits set by somebody else stay, and the form names them", async () => {
  serveRow([bounded], queueTag);
  expect(await boundQueue(seen, bounds)).toMatchObject({ theirs: { concurrency: 2 } });
  expect(changesBetween(boundFacts(seen), boundFacts(bounded))).toEqual([
    { label: "Jobs that may run at once", was: "4", is: "2" },
    { label: "Jobs that may wait", was: "No limit", is: "100" },
  ]);
});

test("a pause does not stop new limits, nor limits a pause", async () => {
  serveRow([paused], queueTag);
  expect(await boundQueue(seen, bounds)).toHaveProperty("done");
  serveRow([bounded], queueTag);
  expect(await pauseQueue(seen, { paused: true, reason: "mine" })).toMatchObject({ saved: true });
});

test("a pause keeps the first reason", async () => {
  serveRow([paused], queueTag);
  await expect(pauseQueue(seen, { paused: true, reason: "mine" })).rejects.toMatchObject({
    status: 412,
    detail: "Somebody paused it meanwhile: deploy",
  });
  serveRow([busy], queueTag);
  await expect(pauseQueue(paused, { paused: false })).rejects.toMatchObject({
    detail: "Somebody resumed it meanwhile.",
  });
});
