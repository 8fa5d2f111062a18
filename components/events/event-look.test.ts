import { expect, test } from "vitest";
import type { LogEvent } from "../../domain/kernel/event.ts";
import { contains, eventSummary, isCutOff, previewOf } from "./event-line.ts";
import { subjectPath, toneOf } from "./event-look.ts";

const event = (more: Partial<LogEvent>): LogEvent => ({
  seq: 1,
  v: 1,
  type: "job.started",
  at: "2026-11-21T00:00:00.000Z",
  actor: "key:ci",
  subject: { kind: "job", id: "build 1" },
  payload: {},
  ...more,
});

test("an event has the colour of the status it changes to", () => {
  expect(toneOf(event({ type: "job.completed" }))).toBe("completed");
  expect(toneOf(event({ type: "breaker.opened" }))).toBe("failed");
  expect(toneOf(event({ type: "run.transitioned", payload: { from: "running", to: "blocked" } }))).toBe("blocked");
  expect(toneOf(event({ type: "run.transitioned", payload: { to: "pending" } }))).toBeNull();
  expect(toneOf(event({ type: "x.anything" }))).toBeNull();
});

test("a subject links to its page, a job to its run's", () => {
  expect(subjectPath(event({ runId: "r" }))).toBe("/runs/r?job=build%201");
  expect(subjectPath(event({}))).toBeNull();
  expect(subjectPath(event({ subject: { kind: "agent", id: "codex" } }))).toBe("/agents/codex");
  expect(subjectPath(event({ subject: { kind: "tenant", id: "log" } }))).toBeNull();
});

test("the preview is one line, most important first, without null and repeated values", () => {
  const payload = { text: "a\n b", jobId: "build 1", reason: null, to: "failed", error: { message: "exit 3" } };
  expect(previewOf(event({ payload }))).toBe("to: failed  error: exit 3  text: a ⏎ b");
  expect(previewOf(event({ payload: { jobCounts: { queued: 0, running: 2, completed: 1 } } }))).toBe(
    "jobCounts: 2 running, 1 completed",
  );
  expect(previewOf(event({ payload: { nested: { a: [1, "b"] } } }))).toBe('nested: {"a":[1,"b"]}');
  expect(previewOf(event({ payload: { text: "x".repeat(1000) } })).length).toBeLessThan(330);
});

test("the search covers the line, upper and lower case alike, without zero counts", () => {
  const found = event({ payload: { error: { message: "Exit Code 3" }, jobCounts: { failed: 0, running: 2 } } });
  expect(contains(found, "exit code")).toBe(true);
  expect(contains(found, "JOB.started")).toBe(true);
  expect(contains(found, "failed")).toBe(false);
  expect(isCutOff(found, "exit code")).toBe(false);
});

test("the search covers the cut part of the line, and says that it is hidden", () => {
  const long = event({ payload: { text: `${"x".repeat(1000)} needle` } });
  expect(contains(long, "needle")).toBe(true);
  expect(isCutOff(long, "needle")).toBe(true);
});

test("a payload of any shape has a line", () => {
  const payloads: { [name: string]: unknown }[] = [
    { a: { b: { toString: 1 } } },
    { a: { toString: 1, valueOf: 2, toJSON: 3 } },
    JSON.parse('{"__proto__": {"message": {"toString": 1}}, "constructor": null, "hasOwnProperty": 1}'),
    { error: { message: { toString: 1 } }, from: { $$typeof: 1 } },
    JSON.parse('{"list": [[[]], {"then": 1}]}'),
  ];
  const lines = payloads.map((payload) => previewOf(event({ payload })));
  expect(lines).toEqual([
    'a: {"b":{"toString":1}}',
    "a: 1 toString, 2 valueOf, 3 toJSON",
    '__proto__: {"message":{"toString":1}}  hasOwnProperty: 1',
    'from: 1 $$typeof  error: {"message":{"toString":1}}',
    'list: [[[]],{"then":1}]',
  ]);
});

test("unknown types and statuses have no colour", () => {
  for (const name of ["constructor", "__proto__", "toString", "valueOf", "hasOwnProperty"]) {
    expect(toneOf(event({ type: `x.${name}` }))).toBeNull();
    expect(toneOf(event({ type: "run.transitioned", payload: { to: name } }))).toBeNull();
  }
});

test("a line reads only the beginning of a large payload", () => {
  const wide = Object.fromEntries(Array.from({ length: 100_000 }, (_, at) => [`name${at}`, at]));
  const payloads: { [name: string]: unknown }[] = [
    { text: `x${" ".repeat(900_000)}y` },
    { text: `x${" \n".repeat(400_000)}y` },
    { [`x${" ".repeat(900_000)}y`]: 1 },
    { error: { message: " ".repeat(900_000) } },
    { counts: wide },
    wide,
    { list: Array.from({ length: 400_000 }, () => 1) },
    { from: "x".repeat(900_000), to: "y".repeat(900_000) },
  ];
  // A generous bound: quadratic work would take minutes.
  const started = performance.now();
  for (const payload of payloads) {
    const one = event({ payload });
    expect(previewOf(one).length).toBeLessThanOrEqual(321);
    expect(contains(one, "not there")).toBe(false);
    expect(eventSummary(one).length).toBeLessThan(1_000);
  }
  expect(performance.now() - started).toBeLessThan(5_000);
});
