import type { QueryClient } from "@tanstack/react-query";
import { beforeEach, expect, test } from "vitest";
import type { Alert } from "../../domain/alerts/contract.ts";
import { SNAPSHOT_ROWS, type StateFrame } from "../../domain/kernel/live.ts";
import { toWire, type Wire } from "../../domain/kernel/wire.ts";
import type { Live } from "./newer.ts";
import { createQueryClient } from "./query-client.ts";
import {
  applyRows,
  applyState,
  dropTopic,
  rowKey,
  seedTopic,
  settle,
  showPending,
  type TopicList,
  topicKey,
} from "./row-cache.ts";

const BASE: Alert = {
  id: "a1",
  version: 1,
  seq: 1,
  rule: "breaker_open",
  severity: "critical",
  status: "firing",
  title: "Breaker of codex is open",
  detail: null,
  subjectKind: "agent",
  subjectId: "codex",
  firedAt: "2026-11-21T00:00:00.000Z",
  acknowledgedAt: null,
  acknowledgedBy: null,
  note: null,
  ackExpiresAt: null,
  resolvedAt: null,
  resolvedBy: null,
  reopened: 0,
  pendingSince: null,
  value: null,
  threshold: null,
  runId: null,
  causeId: null,
  snoozedUntil: null,
  snoozeMode: null,
  snoozedValue: null,
  comments: [],
  escalationStep: 0,
  escalateAt: null,
  heldAt: null,
  reach: {},
  notified: {},
  updatedAt: "2026-11-21T00:00:00.000Z",
};
const alert = (id: string, seq: number, status: Alert["status"] = "firing"): Wire<"alert"> =>
  toWire("alert", { ...BASE, id, seq, status });
const frame = (seq: number, upserts: Wire[], more: Partial<StateFrame> = {}): StateFrame => ({
  topic: "alerts",
  seq,
  upserts,
  removes: [],
  ...more,
});

let client: QueryClient;
const row = (id: string) => client.getQueryData<Live<"alert">>(rowKey("alert", id));
const list = () => client.getQueryData<TopicList>(topicKey("alerts", "alert"));
const ids = () => list()?.rows.map(({ id }) => id);

beforeEach(() => {
  client = createQueryClient();
});

test("a row replaces another only with a higher seq, in any order", () => {
  applyRows(client, [alert("a", 5, "acknowledged")]);
  applyRows(client, [alert("a", 4, "firing")]);
  expect(row("a")?.status).toBe("acknowledged");
  applyRows(client, [alert("a", 6, "resolved")]);
  expect(row("a")?.status).toBe("resolved");
});

test("an older row in a frame does not undo a newer one in the topic's list", () => {
  applyState(client, frame(5, [alert("a", 5, "acknowledged")], { snapshot: true }));
  applyState(client, frame(6, [alert("a", 4, "firing"), alert("b", 6)]));
  expect(list()?.rows.map((r) => (r as Wire<"alert">).status)).toEqual(["acknowledged", "firing"]);
});

test("a changed row changes in every list that has it", () => {
  seedTopic(client, "alerts", "alert", [alert("a", 1)]);
  seedTopic(client, "run:x", "alert", [alert("a", 1)]);
  applyRows(client, [alert("a", 2, "resolved")]);
  expect(client.getQueryData<TopicList>(topicKey("run:x", "alert"))?.rows[0]).toMatchObject({ status: "resolved" });
  expect(list()?.rows[0]).toMatchObject({ status: "resolved" });
});

test("a snapshot replaces what the list had", () => {
  seedTopic(client, "alerts", "alert", [alert("old", 1), alert("a", 2)]);
  applyState(client, frame(9, [alert("a", 2), alert("b", 8)], { snapshot: true }));
  expect(ids()).toEqual(["a", "b"]);
  expect(list()).toMatchObject({ seq: 9, complete: true, cut: 0 });
});

test("a snapshot of the full size replaces nothing and says that rows may be missing", () => {
  seedTopic(client, "alerts", "alert", [alert("old", 1)]);
  const many = Array.from({ length: SNAPSHOT_ROWS }, (_, at) => alert(`n${at}`, 10 + at));
  applyState(client, frame(500, many, { snapshot: true }));
  expect(ids()).toHaveLength(SNAPSHOT_ROWS + 1);
  expect(list()).toMatchObject({ complete: false, cut: 1 });
});

test("removed rows leave the list, and stay available by id", () => {
  applyState(client, frame(1, [alert("a", 1), alert("b", 1)], { snapshot: true }));
  applyState(client, frame(2, [], { removes: [{ kind: "alert", id: "a" }] }));
  expect(ids()).toEqual(["b"]);
  expect(row("a")).toBeDefined();
});

test("removed rows leave the loaded pages of lists, except rows created again since", () => {
  const pages = () => [{ items: [alert("a", 1), alert("b", 1), alert("c", 9)], nextCursor: null }];
  client.setQueryData(["alerts", "all"], { pages: pages(), pageParams: [null] });
  client.setQueryData(["alerts", "one"], pages()[0]);
  client.setQueryData(["other"], { pages: null, items: "none" });
  const gone = ["a", "c"].map((id) => ({ kind: "alert" as const, id }));
  applyState(client, frame(2, [], { removes: gone }));
  const left = ["b", "c"];
  const all = client.getQueryData<{ pages: { items: Wire[] }[] }>(["alerts", "all"]);
  expect(all?.pages.map(({ items }) => items.map(({ id }) => id))).toEqual([left]);
  expect(client.getQueryData<{ items: Wire[] }>(["alerts", "one"])?.items.map(({ id }) => id)).toEqual(left);
  expect(client.getQueryData(["other"])).toEqual({ pages: null, items: "none" });
});

test("old server-rendered rows do not return to a complete list that removed them; newer ones are added", () => {
  applyState(client, frame(9, [alert("a", 2)], { snapshot: true }));
  seedTopic(client, "alerts", "alert", [alert("gone", 3), alert("new", 12)]);
  expect(ids()).toEqual(["a", "new"]);
});

test("a pending row shows at once and the response replaces it", () => {
  seedTopic(client, "alerts", "alert", [alert("a", 5)]);
  showPending(client, [alert("a", 5, "acknowledged")]);
  expect(row("a")).toMatchObject({ status: "acknowledged", pending: true, seq: 5 });
  expect(list()?.rows[0]).toMatchObject({ pending: true });
  applyRows(client, [alert("a", 6, "acknowledged")]);
  expect(row("a")?.pending).toBeUndefined();
});

test("a failure reverts the pending row", () => {
  seedTopic(client, "alerts", "alert", [alert("a", 5)]);
  const takeBack = showPending(client, [alert("a", 5, "acknowledged")]);
  takeBack();
  expect(row("a")).toMatchObject({ status: "firing", seq: 5 });
  expect(list()?.rows[0]).toMatchObject({ status: "firing" });
});

test("a failure does not revert a row that has changed meanwhile", () => {
  seedTopic(client, "alerts", "alert", [alert("a", 5)]);
  const takeBack = showPending(client, [alert("a", 5, "acknowledged")]);
  applyState(client, frame(7, [alert("a", 7, "resolved")]));
  takeBack();
  expect(row("a")).toMatchObject({ status: "resolved", seq: 7 });
});

test("the snapshot of a reconnect does not hide a pending click", () => {
  seedTopic(client, "alerts", "alert", [alert("a", 5)]);
  showPending(client, [alert("a", 5, "acknowledged")]);
  applyState(client, frame(5, [alert("a", 5)], { snapshot: true }));
  expect(list()?.rows[0]).toMatchObject({ status: "acknowledged", pending: true });
});

test("a confirmation without a row removes the pending mark", () => {
  seedTopic(client, "alerts", "alert", [alert("a", 5)]);
  const shown = alert("a", 5, "acknowledged");
  showPending(client, [shown]);
  settle(client, [shown]);
  expect(row("a")).toMatchObject({ status: "acknowledged", pending: false });
});

test("a dropped topic removes its rows, but not those of other topics", () => {
  seedTopic(client, "alerts", "alert", [alert("a", 1), alert("b", 1)]);
  seedTopic(client, "run:x", "alert", [alert("b", 1)]);
  dropTopic(client, "alerts");
  expect(list()).toBeUndefined();
  expect(row("a")).toBeUndefined();
  expect(row("b")).toBeDefined();
});
