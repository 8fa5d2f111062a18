import { describe, expect, it } from "vitest";
import type { LogEvent } from "../../../domain/kernel/event.ts";
import { append, isFolded, logPath, share } from "./run-log.ts";

const event = (seq: number, type = "job.started"): LogEvent => ({
  seq,
  v: 1,
  type,
  at: "2026-01-01T00:00:00.000Z",
  actor: "key:tests",
  subject: { kind: "job", id: "j" },
  runId: "r",
  payload: {},
});

describe("a run's log as it is loaded", () => {
  it("keeps order, no repeats, and only what the fold reads", () => {
    const known = [event(1), event(3)];
    const all = append(known, [event(3), event(4, "x.job.output"), event(5, "context.merged")]);
    expect(all.map(({ seq }) => seq)).toEqual([1, 3, 5]);
    expect(append(all, [event(5), event(6, "x.note")])).toBe(all);
  });

  it("requests only the types that it keeps", () => {
    const path = logPath("a/b", 7);
    expect(path).toContain("/runs/a%2Fb/events?");
    expect(path).toContain("&after=7");
    expect(logPath("r", null)).not.toContain("after");
    const types = new URLSearchParams(path.split("?")[1]).get("type")?.split(",") ?? [];
    for (const type of types) expect(isFolded({ type: type.replace("*", "done") })).toBe(true);
    expect(isFolded({ type: "runner.done" })).toBe(false);
  });

  it("says how much of it is loaded", () => {
    expect([share(10, 10, 20), share(10, 15, 20), share(10, 30, 20), share(5, 5, 5)]).toEqual([0, 0.5, 1, 1]);
  });
});
