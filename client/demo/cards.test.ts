import { describe, expect, test } from "vitest";
import type { LogEvent } from "../../domain/event.ts";
import { WORKSTREAM_MOVES, WORKSTREAM_STATUSES, type WorkstreamStatus } from "../../domain/statuses.ts";
import { Cards, shortestPath } from "./cards.ts";

const on = (type: string, kind: string, id: string, payload: LogEvent["payload"] = {}) =>
  ({ seq: 0, v: 1, type, at: "", actor: "", subject: { kind, id }, runId: "r", payload }) satisfies LogEvent;
const created = (id: string) => on("workstream.created", "workstream", id, { status: "pending" });
const job = (type: string, id: string, status?: string) =>
  on(`job.${type}`, "job", id, { workstreamId: "w", ...(status && { status }) });
const targets = (cards: Cards, ...events: LogEvent[]) =>
  events.flatMap((event) => cards.apply(event)).map((move) => move.to);

describe("the cards of the demo", () => {
  test("follow their jobs from pending to done", () => {
    const cards = new Cards(["r"]);
    expect(targets(cards, created("w"), job("enqueued", "a", "waiting"), job("enqueued", "b", "waiting"))).toEqual([]);
    expect(targets(cards, job("released", "a"))).toEqual(["ready"]);
    expect(targets(cards, job("started", "a"))).toEqual(["running"]);
    expect(targets(cards, job("completed", "a"), job("released", "b"), job("started", "b"))).toEqual([]);
    expect(targets(cards, job("completed", "b"))).toEqual(["review"]);
    expect(targets(cards, on("run.transitioned", "run", "r", { to: "completed" }))).toEqual(["done"]);
  });

  test("fail when a job did not complete and none is left, and come back when it is tried again", () => {
    const cards = new Cards(["r"]);
    targets(cards, created("w"), job("enqueued", "a", "queued"), job("enqueued", "b", "queued"), job("started", "a"));
    expect(targets(cards, job("failed", "a"))).toEqual([]);
    expect(targets(cards, job("cancelled", "b"))).toEqual(["failed"]);
    expect(targets(cards, job("retried", "a", "queued"))).toEqual(["ready"]);
    expect(targets(cards, job("started", "a"))).toEqual(["running"]);
  });

  test("a card whose jobs were cancelled before they could start fails too", () => {
    const cards = new Cards(["r"]);
    expect(targets(cards, created("w"), job("enqueued", "a", "waiting"), job("cancelled", "a"))).toEqual(["failed"]);
  });

  test("are blocked while the breaker of their agent is open", () => {
    const cards = new Cards(["r"], { flaky: ["w"] });
    const breaker = (type: string) => on(`breaker.${type}`, "agent", "flaky");
    targets(cards, created("w"), job("enqueued", "a", "queued"), job("started", "a"), job("attempt_failed", "a"));
    expect(targets(cards, breaker("opened"))).toEqual(["blocked"]);
    expect(targets(cards, breaker("recorded"))).toEqual([]);
    expect(targets(cards, breaker("half_opened"))).toEqual(["running"]);
    expect(targets(cards, breaker("opened"), job("started", "a"), job("completed", "a"))).toEqual([
      "blocked",
      "running",
      "review",
    ]);
  });

  test("a card moved by hand goes on from where it was put", () => {
    const cards = new Cards(["r"]);
    targets(cards, created("w"), job("enqueued", "a", "queued"), job("started", "a"));
    targets(cards, on("workstream.transitioned", "workstream", "w", { to: "done" }));
    expect(targets(cards, job("completed", "a"))).toEqual(["review"]);
  });

  test("a card whose jobs completed is done even when its run failed, and none looks busy when all is called off", () => {
    const cards = new Cards(["r"]);
    targets(
      cards,
      created("w"),
      created("v"),
      job("enqueued", "a", "queued"),
      job("started", "a"),
      job("completed", "a"),
    );
    expect(targets(cards, on("run.transitioned", "run", "r", { to: "failed" }))).toEqual(["done"]);
    expect(cards.abandon("called off")).toEqual([{ workstreamId: "v", to: "failed", reason: "called off" }]);
    expect(cards.abandon("called off")).toEqual([]);
  });

  test("of other runs are left alone", () => {
    const cards = new Cards(["another"]);
    expect(targets(cards, created("w"), job("enqueued", "a", "queued"), job("started", "a"))).toEqual([]);
  });

  test("paths between any two statuses are made of legal moves", () => {
    for (const from of WORKSTREAM_STATUSES) {
      for (const to of WORKSTREAM_STATUSES) {
        let at: WorkstreamStatus = from;
        for (const step of shortestPath(from, to)) {
          expect(WORKSTREAM_MOVES[at]).toContain(step);
          at = step;
        }
        expect(at).toBe(to);
      }
    }
  });
});
