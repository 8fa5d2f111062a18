import { describe, expect, it } from "vitest";
import { placed } from "../../live/live-list.ts";
import {
  type DeliveryFilter,
  type DeliveryRow,
  deliveryState,
  errorHelp,
  latestByChannel,
  newestDeliveryFirst,
  passes,
  rulesOf,
  targetWarning,
  tookMs,
  webhookIdOf,
} from "./channel-model.ts";

const at = (minute: number) => new Date(Date.UTC(2026, 10, 21, 9, minute)).toISOString();
const delivery = (id: string, minute: number, more: Partial<DeliveryRow> = {}): DeliveryRow => ({
  kind: "delivery",
  id,
  deliveryId: id,
  channelId: "pager",
  alertId: null,
  event: "test",
  status: "delivered",
  attempts: 1,
  nextAt: null,
  payload: {},
  responseStatus: 204,
  error: null,
  replayOf: null,
  digestId: null,
  createdAt: at(minute),
  deliveredAt: at(minute),
  updatedAt: at(minute),
  version: 1,
  seq: minute,
  ...more,
});
const ALL = { channelId: null, status: [] } as const;
const shownOf = (loaded: DeliveryRow[], live: DeliveryRow[], filter: DeliveryFilter, hasMore: boolean) =>
  placed((row: DeliveryRow) => passes(filter, row), newestDeliveryFirst)(
    [{ items: loaded, nextCursor: hasMore ? "more" : null }],
    live,
    "all",
  ).shown;
const ids = (rows: readonly DeliveryRow[]) => rows.map(({ id }) => id);

describe("the delivery log", () => {
  it("live rows come above loaded ones; a row is shown in its latest state", () => {
    const loaded = [delivery("b", 2, { status: "pending", attempts: 0 }), delivery("a", 1)];
    const live = [delivery("b", 2, { seq: 9, status: "failed" }), delivery("c", 3)];
    const shown = shownOf(loaded, live, ALL, false);
    expect(ids(shown)).toEqual(["c", "b", "a"]);
    expect(shown[1]?.status).toBe("failed");
  });

  it("a row that no longer passes the filter leaves, and an older live one waits for its page", () => {
    const loaded = [delivery("b", 5, { status: "pending" })];
    const live = [delivery("b", 5, { seq: 9 }), delivery("old", 1, { status: "pending" }), delivery("x", 6)];
    expect(ids(shownOf(loaded, live, { channelId: null, status: ["pending"] }, true))).toEqual([]);
    expect(ids(shownOf(loaded, live, { channelId: null, status: ["pending"] }, false))).toEqual(["old"]);
    expect(ids(shownOf(loaded, live, { channelId: "ops", status: [] }, false))).toEqual([]);
  });

  it("knows the latest of each channel, who names it, its state, id and time", () => {
    const rows = [delivery("a", 1), delivery("b", 2), delivery("c", 1, { channelId: "ops" })];
    expect([...latestByChannel(rows)].map(([channel, { id }]) => [channel, id])).toEqual([
      ["pager", "b"],
      ["ops", "c"],
    ]);
    const rule = { channels: ["ops"], escalation: [{ channels: ["pager"] }] };
    expect(rulesOf("pager", [rule])).toEqual([rule]);
    expect(rulesOf("night", [rule])).toEqual([]);
    expect(deliveryState({ status: "pending", attempts: 0 })).toBe("sending");
    expect(deliveryState({ status: "pending", attempts: 2 })).toBe("retrying");
    expect(webhookIdOf({ id: "again", replayOf: "first" })).toBe("first");
    expect(tookMs(delivery("a", 1, { updatedAt: at(2) }))).toBe(60_000);
    expect(tookMs(delivery("a", 1, { status: "pending" }))).toBeNull();
  });
});

describe("targets that may be refused", () => {
  it("private ones and those without https are warned of, public ones are not", () => {
    for (const target of ["http://example.com", "https://localhost:1", "https://10.1.2.3/a", "https://[::1]/"])
      expect(targetWarning("webhook", target), target).toContain("SWITCHYARD_ALLOW_PRIVATE_TARGETS");
    for (const target of ["https://example.com/hook", "https://172.15.0.1", "no url"])
      expect(targetWarning("webhook", target), target).toBeUndefined();
    expect(errorHelp("the address is not a public one")).toContain("SWITCHYARD_ALLOW_PRIVATE_TARGETS");
    expect(errorHelp("answered 418")).toBeUndefined();
  });
});
