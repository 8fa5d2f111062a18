import { describe, expect, it } from "vitest";
import type { Kind } from "../rows.ts";
import type { LogEvent } from "./event.ts";
import { leanAnswer, leanEvent, leanOlder, leanRow } from "./lean.ts";

const large = { text: "x".repeat(900_000) };
const row = <R extends object>(kind: Kind, columns: R) => ({ kind, id: "a", seq: 1, ...columns });
const event = (payload: { [name: string]: unknown }): LogEvent => ({
  seq: 7,
  v: 1,
  type: "x.a",
  at: "2026-01-01T00:00:00.000Z",
  actor: "key:a",
  subject: { kind: "tenant", id: "log" },
  payload,
});
const sizeOf = (value: unknown): number => JSON.stringify(value).length;

describe("a lean row", () => {
  it("is itself while it has nothing large", () => {
    const small = row("approval", { payload: { a: 1 }, decisions: [], title: "t" });
    expect(leanRow(small)).toBe(small);
  });

  it.each<[Kind, object, object]>([
    ["approval", { payload: large, edit: large }, { payload: null, edit: null }],
    ["job", { input: large, progress: large, result: large }, { input: null, progress: null, result: null }],
    ["attempt", { result: { output: "x".repeat(200_000) } }, { result: null }],
    ["task", { payload: large, result: ["x".repeat(9_000)] }, { payload: null, result: null }],
    ["session", { metadata: large }, { metadata: {} }],
    ["workstream", { metadata: large }, { metadata: {} }],
    ["run", { metadata: large }, { metadata: {} }],
    ["alert", { comments: [{ by: "a", at: "b", text: "x".repeat(4_000) }, large] }, { comments: [] }],
    ["delivery", { payload: large }, { payload: {} }],
  ])("of kind %s leaves out what callers made large, and names it", (kind, columns, lean) => {
    const whole = row(kind, columns);
    expect(leanRow(whole)).toEqual({ ...whole, ...lean, omitted: Object.keys(columns) });
  });

  it("has a run's state while that is small, and nothing of it when it is large", () => {
    const state = { definition: null, context: { a: "x".repeat(30_000) }, tokens: {}, scopes: {}, metadata: {} };
    const small = row("run", { status: "running", ...state });
    expect(leanRow(small)).toBe(small);
    for (const more of [{ definition: large }, { context: large }, { metadata: { b: "x".repeat(60_000) } }])
      expect(leanRow(row("run", { status: "running", ...state, ...more }))).toEqual(
        row("run", { status: "running", metadata: {}, omitted: Object.keys(state) }),
      );
  });

  it("keeps which files a result says were touched", () => {
    const files = Array.from({ length: 500 }, (_, at) => ({ path: `src/some/file-${at}.ts`, status: "modified" }));
    const attempt = row("attempt", { result: { files, output: "x".repeat(100_000) } });
    expect(leanRow(attempt)).toMatchObject({ result: { files }, omitted: ["result"] });
    expect(leanRow(attempt, 512)).toMatchObject({ result: null });
  });

  it("keeps an error's message and code", () => {
    const failed = row("attempt", { error: { message: "broken", code: "exit_1", log: "x".repeat(100_000) } });
    expect(leanRow(failed)).toMatchObject({ error: { message: "broken", code: "exit_1" }, omitted: ["error"] });
    const odd = row("attempt", { error: { message: { toString: 1 }, code: 1, log: "x".repeat(100_000) } });
    expect(leanRow(odd)).toMatchObject({ error: { message: "" } });
  });

  it("says who has decided, without what they made of the payload", () => {
    const decisions = [{ by: "user:a", at: "b", decision: "approved", comment: null, edit: large }];
    expect(leanRow(row("approval", { decisions }))).toMatchObject({
      decisions: [{ by: "user:a", decision: "approved", edit: {} }],
    });
  });
});

describe("a lean event", () => {
  it("is itself while its payload is not large", () => {
    const small = event({ a: "x".repeat(10_000) });
    expect(leanEvent(small)).toBe(small);
  });

  it("has the beginning of what is large, and all that is not", () => {
    const lean = leanEvent(event({ to: "failed", text: "x".repeat(900_000), list: [large] }));
    expect(lean).toMatchObject({ payload: { to: "failed" }, omitted: ["text", "list"] });
    expect(lean.payload.text).toMatch(/^x{511}…$/);
    expect(lean.payload.list).toMatch(/^\[\{"text":"x+/);
  });

  it("is small whatever the payload is made of", () => {
    const wide = Object.fromEntries(Array.from({ length: 100_000 }, (_, at) => [`name${at}`, at]));
    for (const payload of [wide, { ["n".repeat(900_000)]: 1 }, { list: Array.from({ length: 300_000 }, () => 1) }])
      expect(sizeOf(leanEvent(event(payload)))).toBeLessThan(40_000);
  });
});

describe("events that a page keeps", () => {
  it("are themselves while they are not too much; of more the newest are whole", () => {
    const few = Array.from({ length: 100 }, () => event({ text: "x".repeat(64_000) }));
    expect(leanOlder(few)).toBe(few);
    const many = Array.from({ length: 300 }, () => event({ text: "x".repeat(64_000) }));
    const kept = leanOlder(many);
    expect([kept.length, kept.at(-1) === many.at(-1), sizeOf(kept) < 10_000_000]).toEqual([300, true, true]);
    expect(kept[0]).toMatchObject({ omitted: ["text"] });
  });
});

describe("a lean answer", () => {
  it("has lean rows and events in its lists, and leaves the rest as it is", () => {
    const answer = { items: [row("approval", { payload: large })], nextCursor: "c", total: 3 };
    expect(leanAnswer(answer)).toMatchObject({
      items: [{ payload: null, omitted: ["payload"] }],
      nextCursor: "c",
      total: 3,
    });
    expect(leanAnswer({ run: row("run", { metadata: large }), seq: 4 })).toMatchObject({
      run: { metadata: {} },
      seq: 4,
    });
    expect(leanAnswer(row("task", { payload: large }))).toMatchObject({ payload: null });
    const task = row("task", { payload: large });
    expect(leanAnswer({ items: [row("approval", { task })] })).toMatchObject({ items: [{ task: { payload: null } }] });
  });

  it("stays small however many there are", () => {
    const events = Array.from({ length: 1_000 }, () => event({ text: "x".repeat(16_000) }));
    expect(sizeOf(leanAnswer({ items: events }))).toBeLessThan(3_500_000);
    const rows = Array.from({ length: 4_000 }, () => row("attempt", { result: { output: "x".repeat(4_000) } }));
    expect(sizeOf(leanAnswer({ attempts: rows }))).toBeLessThan(4_500_000);
  });
});
