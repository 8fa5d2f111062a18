import { describe, expect, it } from "vitest";
import type { LogEvent } from "../../../domain/kernel/event.ts";
import { formatUtc } from "../../ui/format.ts";
import { historyOf as entriesOf } from "./breaker-history.ts";

const historyOf = (events: readonly LogEvent[]) => entriesOf(events, formatUtc);

const event = (seq: number, type: string, payload: LogEvent["payload"] = {}, actor = "system:clock"): LogEvent => ({
  seq,
  v: 1,
  type,
  at: `2026-11-21T10:00:${String(seq).padStart(2, "0")}.000Z`,
  actor,
  subject: { kind: "agent", id: "codex" },
  payload,
});

describe("a breaker's history", () => {
  it("lists the transitions, newest first, with their causes", () => {
    const history = historyOf([
      event(1, "breaker.opened", {
        from: "closed",
        to: "open",
        cause: "failure_rate",
        reason: "failure rate 60%",
        lastError: "exit 1",
      }),
      event(2, "breaker.half_opened", {
        from: "open",
        to: "half_open",
        cause: "open_time_passed",
        reason: "the open time has passed",
      }),
    ]);
    expect(history.map(({ title, state, by }) => `${title}:${state}:${by}`)).toEqual([
      "Half-open:half_open:null",
      "Opened:open:null",
    ]);
    expect(history[1]?.detail).toBe("failure rate 60%; last error: exit 1");
  });

  it("an operator's order is listed once, with actor and reason", () => {
    const history = historyOf([
      event(3, "breaker.forced_open", { to: "forced_open", cause: "override", reason: "bad deploy" }, "user:ada"),
      event(
        4,
        "breaker.overridden",
        { state: "forced_open", reason: "bad deploy", expiresAt: "2026-11-21T11:30:00.000Z", by: "user:ada" },
        "user:ada",
      ),
      event(5, "breaker.closed", { to: "closed", cause: "reset", reason: "fixed" }, "user:ada"),
      event(6, "breaker.was_reset", { reason: "fixed", by: "user:ada" }, "user:ada"),
    ]);
    expect(history.map(({ title, detail, by }) => `${title}: ${detail} (${by})`)).toEqual([
      "Reset: fixed (user:ada)",
      "Tripped: bad deploy (until 2026-11-21 11:30 UTC) (user:ada)",
    ]);
  });

  it("changed settings are listed with their old values, actor and reason", () => {
    const breaker = { window: "count", failureRateThreshold: 0.5, openMs: 30_000 };
    const [changed, again, first] = historyOf([
      event(1, "agent.registered", { breaker, implicit: true }),
      event(2, "agent.registered", { breaker }),
      event(
        3,
        "agent.registered",
        { breaker: { ...breaker, failureRateThreshold: 0.3, slowCallMs: 1_500 }, reason: "too lax" },
        "user:ada",
      ),
    ]);
    expect(first?.title).toBe("Created by its first act");
    expect(again).toMatchObject({ title: "Registered", detail: null });
    expect(changed).toMatchObject({ title: "Settings changed", by: "user:ada" });
    expect(changed?.detail).toBe(
      "too lax; Failure rate threshold 50% → 30%; Slow call duration threshold none → 1500 ms",
    );
  });

  it("an agent that registers after a drain takes work again", () => {
    const history = historyOf([
      event(1, "agent.drained", { reason: "update" }),
      event(2, "agent.registered", { breaker: {}, reason: "updated" }),
    ]);
    expect(history.map(({ title, detail }) => `${title}: ${detail}`)).toEqual([
      "Takes work again: updated",
      "Draining: update",
    ]);
  });

  it("an expired override is listed as a transition", () => {
    const [entry] = historyOf([
      event(7, "breaker.closed", { to: "closed", cause: "override_expired", reason: "the override has expired" }),
    ]);
    expect(entry).toMatchObject({ title: "Closed", detail: "the override has expired", state: "closed" });
  });
});
