import { expect, test } from "vitest";
import type { LogEvent } from "../../domain/kernel/event.ts";
import { type Chapter, Story } from "./story.ts";

const on = (type: string, id: string, payload: LogEvent["payload"] = {}, runId?: string): LogEvent => ({
  seq: 0,
  v: 1,
  type,
  at: "2026-11-21T10:00:00.000Z",
  actor: "key:local",
  subject: { kind: "agent", id },
  ...(runId && { runId }),
  payload,
});
const newStory = () =>
  new Story({ checksRun: "checks", outageRun: "outage", flakyAgent: "flaky", watchAgent: "watch" });
const readAll = (story: Story, events: LogEvent[]) =>
  events.map((event) => story.read(event)).filter((chapter): chapter is Chapter => !!chapter);

test("the story follows from the log alone, each chapter once", () => {
  const story = newStory();
  const chapters = readAll(story, [
    on("job.started", "j1", {}, "another"),
    on("job.started", "j1", {}, "checks"),
    on("job.started", "j2", {}, "checks"),
    on("breaker.opened", "flaky"),
    on("alert.reopened", "breaker_open:flaky", { subject: { kind: "agent", id: "flaky" } }),
    on("breaker.half_opened", "flaky"),
    on("breaker.closed", "flaky"),
    on("run.transitioned", "checks", { to: "running" }),
    on("run.transitioned", "checks", { to: "completed" }),
    on("breaker.opened", "watch"),
    on("alert.fired", "breaker_open:watch", { subject: { kind: "agent", id: "watch" } }),
    on("run.transitioned", "outage", { to: "failed" }),
  ]);
  expect(chapters).toEqual([
    "checksStarted",
    "opened",
    "alerted",
    "halfOpened",
    "closed",
    "checksEnded",
    "outage",
    "alertLeft",
    "outageEnded",
  ]);
  expect(story.missing).toEqual([]);
  expect(Object.fromEntries(story.ends)).toEqual({ checks: "completed", outage: "failed" });
});

test("a breaker that closes without having been half-open after it opened is not the story", () => {
  const story = newStory();
  readAll(story, [
    on("breaker.half_opened", "flaky"),
    on("breaker.closed", "flaky"),
    on("breaker.opened", "flaky"),
    on("breaker.closed", "flaky"),
  ]);
  expect(story.missing).toContain("halfOpened");
  expect(story.missing).toContain("closed");
});
