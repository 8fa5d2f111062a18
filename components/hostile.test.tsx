import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import fc from "fast-check";
import type { ReactElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { describe, expect, it } from "vitest";
import { tries } from "../domain/kernel/depth.test-kit.ts";
import type { LogEvent } from "../domain/kernel/event.ts";
import { leanAnswer, leanEvent, leanRow } from "../domain/kernel/lean.ts";
import type { Json } from "../domain/kernel/primitives.ts";
import { jsonBeginning, oneLine } from "../domain/kernel/text.ts";
import { visible, visibleJson } from "../domain/kernel/visible.ts";
import { historyOf } from "./agents/breaker/breaker-history.ts";
import { channelLook, eventWords } from "./alerts/channels/channel-model.ts";
import { historyText } from "./alerts/history-text.ts";
import { ruleLook } from "./alerts/rules/rule-fields.ts";
import { chipsOf } from "./board/board-model.ts";
import { contains, eventSummary, isCutOff, previewOf } from "./events/event-line.ts";
import { subjectPath, toneOf } from "./events/event-look.ts";
import { EventRow } from "./events/event-row.tsx";
import { reportedFiles } from "./runs/radar/files-model.ts";
import { diffJson, pathText } from "./runs/state/json-diff.ts";
import { changeText } from "./runs/state/state-history.ts";
import { formatUtc } from "./ui/format.ts";
import { JsonTree } from "./ui/json-tree.tsx";
import { OUTPUT_EVENT, OutputScreen, splitResult } from "./ui/output.ts";
import { statusLook } from "./ui/status.ts";

const NAMES = [
  ...["__proto__", "constructor", "toString", "valueOf", "hasOwnProperty", "then", "toJSON", "$$typeof", "length"],
  ...["from", "to", "status", "reason", "error", "message", "code", "text", "output", "files", "path", "attempt"],
  ...["exitCode", "durationMs", "agentKey", "kind", "payload", "items", "config", "state", "until", "patch", "context"],
];
const name = fc.oneof(fc.constantFrom(...NAMES), fc.string());
const { json } = fc.letrec<{ json: Json }>((tie) => ({
  json: fc.oneof(
    { maxDepth: 5, depthSize: "medium" },
    fc.constant(null),
    fc.boolean(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (Object.is(value, -0) ? 0 : value)),
    fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom(...NAMES, "\u202e", "\u001b[", "שלום")),
    fc.array(tie("json"), { maxLength: 5 }),
    // As JSON.parse makes it: `__proto__` is a name like any other.
    fc.array(fc.tuple(name, tie("json")), { maxLength: 6 }).map((members) => Object.fromEntries(members) as Json),
  ),
}));
const map = fc.array(fc.tuple(name, json), { maxLength: 6 }).map((members) => Object.fromEntries(members));
const TYPES = ["job.failed", OUTPUT_EVENT, "run.transitioned", "alert.snoozed", "breaker.opened", "breaker.overridden"];
const event: fc.Arbitrary<LogEvent> = fc.record({
  seq: fc.nat(),
  v: fc.constant(1),
  type: fc.oneof(
    fc.constantFrom(...TYPES, "agent.registered", "context.set"),
    name.map((one) => `x.${one}`),
  ),
  at: fc.constant("2026-01-01T00:00:00.000Z"),
  actor: name,
  subject: fc.record({ kind: name, id: name }),
  payload: map,
});

/** Draws as the server does. */
function draw(element: ReactElement): string {
  return renderToStaticMarkup(<QueryClientProvider client={new QueryClient()}>{element}</QueryClientProvider>);
}

const row = (one: LogEvent) => (
  <EventRow event={one} open current={false} find="a" local={false} onToggle={() => undefined} />
);

describe("whatever anybody reports", { timeout: 60_000 }, () => {
  it("has words", () => {
    fc.assert(
      fc.property(event, name, (one, find) => {
        const words = [
          previewOf(one),
          eventSummary(one),
          subjectPath(one) ?? "",
          toneOf(one) ?? "",
          historyText(one, formatUtc).what,
          changeText(one),
          eventWords(one.type),
          ...historyOf([one], formatUtc).map(({ title }) => title),
          new OutputScreen(one.subject.id, 1).show([one]).text,
        ];
        for (const text of words) expect(typeof text).toBe("string");
        contains(one, find);
        isCutOff(one, find);
        expect(leanEvent(one, 16).seq).toBe(one.seq);
      }),
      { numRuns: tries(300) },
    );
  });

  it("can be listed, compared and cut", () => {
    fc.assert(
      fc.property(json, json, (a, b) => {
        for (const change of diffJson(a, b)) expect(typeof pathText(change.path)).toBe("string");
        splitResult(a);
        reportedFiles([{ result: a }, { result: b }]);
        expect(jsonBeginning(a, 1_000_000)).toBe(JSON.stringify(a));
        expect(JSON.parse(visibleJson(JSON.stringify(a)))).toEqual(a);
        const listed = { kind: "attempt" as const, id: "a", seq: 1, result: a, error: b };
        expect(leanRow(listed, 16).id).toBe("a");
        leanAnswer({ items: [a, listed], more: b });
      }),
      { numRuns: tries(300) },
    );
    fc.assert(fc.property(map, (metadata) => void chipsOf(metadata)));
  });

  it("has a look, though nobody knows its name", () => {
    for (const unknown of NAMES) {
      expect(statusLook("job", unknown as "failed")).toMatchObject({ label: unknown });
      expect(ruleLook(unknown)).toMatchObject({ label: unknown, fields: [] });
      expect(channelLook(unknown)).toMatchObject({ label: unknown });
    }
  });

  it("can be drawn", () => {
    fc.assert(
      fc.property(event, (one) => {
        expect(draw(row(one))).toContain("aria-expanded");
      }),
      { numRuns: 60 },
    );
    fc.assert(
      fc.property(json, (value) => void draw(<JsonTree value={value} sorted />)),
      { numRuns: 60 },
    );
  });

  it("is drawn as so many elements, however much it is", () => {
    const wide = Object.fromEntries(Array.from({ length: 100_000 }, (_, at) => [`name${at}`, { at }]));
    let deep: Json = "end";
    for (let level = 0; level < 64; level += 1) deep = { a: deep, b: Array.from({ length: 50 }, () => [1, 2]) };
    const list = Array.from({ length: 200 }, () => Array.from({ length: 2_000 }, () => ({ a: 1 })));
    const values: Json[] = [wide, deep, list, "x".repeat(900_000), { ["n".repeat(900_000)]: " ".repeat(900_000) }];
    const started = performance.now();
    for (const value of values) {
      expect(draw(<JsonTree value={value} sorted />).length).toBeLessThan(200_000);
      const one = { seq: 1, v: 1, type: "x.a", at: "2026-01-01T00:00:00.000Z", actor: "key:a" };
      expect(draw(row({ ...one, subject: { kind: "run", id: "r" }, payload: { value } })).length).toBeLessThan(300_000);
    }
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});

describe("what an approver reads", () => {
  it("is what is approved: what hides or turns round in a text is shown by name", () => {
    expect(draw(<p title={"a\u202eb"}>pay {"10\u202e001"}</p>)).toBe('<p title="a‹U+202E›b">pay 10‹U+202E›001</p>');
    expect(draw(<JsonTree value={{ "a\u200b": "b\u202e" }} />)).toContain("a\\u200b");
    expect(draw(<JsonTree value={{ "a\u200b": "b\u202e" }} />)).toContain("b\\u202e");
    const subject = { kind: "run", id: "r" };
    const text = draw(row({ ...EVENT, type: "x.a", subject, actor: "key:\u2066x", payload: { text: "\u202e" } }));
    expect(text).toContain("‹U+2066›");
    expect(text).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/);
  });

  it("stands apart where it is written from right to left", () => {
    expect(draw(<p>by {"שלום"} at 5</p>)).toBe("<p>by <bdi>שלום</bdi> at 5</p>");
    expect(draw(<option>{"שלום\u200b"}</option>)).toBe("<option>שלום‹U+200B›</option>");
  });

  it("is not touched where it is written", () => {
    expect(draw(<textarea defaultValue={"a\u202e"} />)).toContain("a\u202e");
    expect(draw(<input defaultValue={"a\u202e"} />)).toContain("a\u202e");
  });

  it("keeps its length within bounds", () => {
    expect(visible(oneLine("\u202e".repeat(1_000_000), 100)).length).toBeLessThan(1_000);
  });
});

const EVENT: LogEvent = {
  ...{ seq: 1, v: 1, type: "x.a", at: "2026-01-01T00:00:00.000Z", actor: "key:a" },
  ...{ subject: { kind: "run", id: "r" }, payload: {} },
};
