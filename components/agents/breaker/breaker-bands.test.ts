import { describe, expect, it } from "vitest";
import type { LogEvent } from "../../../domain/kernel/event.ts";
import { MINUTE_MS } from "../../../domain/kernel/time.ts";
import type { FeedRow } from "../../live/feed.ts";
import { type Band, bandsOf, sharesOf } from "./breaker-bands.ts";

const T0 = Date.parse("2026-11-21T10:00:00.000Z");
const iso = (minute: number) => new Date(T0 + minute * MINUTE_MS).toISOString();

const move = (seq: number, minute: number, from: string, to: string, more: object = {}): FeedRow => ({
  kind: "event",
  seq,
  event: {
    seq,
    v: 1,
    type: `breaker.${to}`,
    at: iso(minute),
    actor: "user:ada",
    subject: { kind: "agent", id: "a" },
    payload: { from, to, cause: "failure_rate", reason: `to ${to}`, at: iso(minute), ...more },
  } as LogEvent,
});
const hole = (seq: number): FeedRow => ({ kind: "hole", seq, hole: { from: seq, to: seq } });

const historyOf = (rows: FeedRow[], more: object = {}) => ({
  rows,
  knownFrom: 0,
  createdAt: T0 - 600 * MINUTE_MS,
  state: "closed" as const,
  ...more,
});
const write = (bands: Band[]) =>
  bands.map(({ from, to, state, absent }) => {
    const name = state ?? (absent ? "absent" : "unknown");
    return `${name} ${(from - T0) / MINUTE_MS}-${(to - T0) / MINUTE_MS}`;
  });
const within = (rows: FeedRow[], more: object = {}) => bandsOf(historyOf(rows, more), T0, T0 + 60 * MINUTE_MS);

describe("the states of a breaker over time", () => {
  it("follow its transitions, starting with the state before the first one", () => {
    const bands = within([
      move(1, 10, "closed", "open"),
      move(2, 20, "open", "half_open"),
      move(3, 21, "half_open", "closed"),
    ]);
    expect(write(bands)).toEqual(["closed 0-10", "open 10-20", "half_open 20-21", "closed 21-60"]);
    expect(bands[1]).toMatchObject({ reason: "to open", by: null, begun: true });
    expect(bands[0]).toMatchObject({ reason: null, begun: false });
  });

  it("an order has its actor and reason", () => {
    const [, tripped] = within([move(1, 5, "closed", "forced_open", { cause: "override", reason: "bad deploy" })]);
    expect(tripped).toMatchObject({ state: "forced_open", by: "user:ada", reason: "bad deploy" });
  });

  it("without transitions the state is the current one since its creation, and absent before", () => {
    expect(write(within([], { createdAt: T0 + 15 * MINUTE_MS }))).toEqual(["absent 0-15", "closed 15-60"]);
  });

  it("the time before the log's beginning is unknown", () => {
    const rows = [move(7, 30, "open", "half_open")];
    expect(write(within(rows, { knownFrom: T0 + 12 * MINUTE_MS, state: "half_open" }))).toEqual([
      "unknown 0-12",
      "open 12-30",
      "half_open 30-60",
    ]);
    expect(write(within(rows, { knownFrom: null, state: "half_open" }))).toEqual(["unknown 0-30", "half_open 30-60"]);
    expect(write(within([], { knownFrom: null }))).toEqual(["unknown 0-60"]);
  });

  it("the time around a gap in the log, and between inconsistent transitions, is unknown", () => {
    const holed = [move(1, 10, "closed", "open"), hole(2), move(5, 40, "half_open", "closed")];
    expect(write(within(holed))).toEqual(["closed 0-10", "unknown 10-40", "closed 40-60"]);
    const torn = [move(1, 10, "closed", "open"), move(5, 40, "half_open", "closed")];
    expect(write(within(torn))).toEqual(["closed 0-10", "unknown 10-40", "closed 40-60"]);
    expect(write(within([hole(1), move(5, 40, "open", "closed")]))).toEqual(["unknown 0-40", "closed 40-60"]);
  });

  it("bands cover the strip without a gap, and cut those that began before it", () => {
    const bands = within([move(1, -20, "closed", "open"), move(2, 50, "open", "half_open")]);
    expect(write(bands)).toEqual(["open 0-50", "half_open 50-60"]);
    expect(bands[0]).toMatchObject({ begun: false, reason: "to open" });
    for (const [index, band] of bands.entries()) expect(bands[index + 1]?.from ?? T0 + 60 * MINUTE_MS).toBe(band.to);
  });

  it("shares are of the known time", () => {
    const bands = within([move(7, 30, "closed", "open")], { knownFrom: T0 + 20 * MINUTE_MS, state: "open" });
    expect(sharesOf(bands)).toEqual([
      { state: "open", share: 0.75 },
      { state: "closed", share: 0.25 },
    ]);
    expect(sharesOf(within([], { knownFrom: null }))).toEqual([]);
  });
});
