import { expect, test } from "vitest";
import { toBody } from "./json-body.ts";

test.each([
  ["NaN", { mutations: [{ context: { a: Number.NaN } }] }, "mutations[0].context.a"],
  ["Infinity", { result: [1, -Infinity] }, "result[1]"],
  ["a bigint", { a: 1n }, "a"],
  ["a Map", { a: { b: new Map([["c", 1]]) } }, "a.b"],
  ["a Set", [new Set([1])], "[0]"],
  ["a function", { a: () => 1 }, "a"],
  ["undefined in a list", { a: [undefined] }, "a[0]"],
  ["an invalid date", { at: new Date("never") }, "at"],
  ["bytes", { a: new Uint8Array(2) }, "a"],
])("%s is refused by its place before anything is sent", (_what, body, path) => {
  expect(() => toBody(body)).toThrow(path);
  try {
    toBody(body);
  } catch (error) {
    expect(error).toMatchObject({ code: "malformed", retryable: false, errors: [{ path }] });
  }
});

test("what JSON can say is sent as it is", () => {
  const at = new Date(0);
  const body = { a: [1, "x", null, true, { b: undefined }], at, c: -0.5 };
  expect(JSON.parse(toBody(body))).toEqual({ a: [1, "x", null, true, {}], at: at.toISOString(), c: -0.5 });
});
