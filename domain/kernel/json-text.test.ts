import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseJson } from "./json-text.ts";

const faultsOf = (text: string) => {
  const read = parseJson(text);
  return "faults" in read ? read.faults.map(({ path, code }) => `${code} ${path}`) : [];
};
const valueIn = (text: string) => {
  const read = parseJson(text);
  if ("faults" in read) throw new Error(JSON.stringify(read.faults));
  return read.value;
};

describe("numbers", () => {
  test.each([
    ...[
      "9007199254740992",
      "9007199254740993",
      "-9007199254740993",
      "3544790567247868102",
      "1e20",
      "1000000000000000000",
    ],
    ...[
      "0.1234567890123456789",
      "1.00000000000000001",
      "1e400",
      "-1e400",
      "1e-400",
      "123456789.123456789123",
      "1e99999999999",
    ],
    ...[
      "9".repeat(400),
      `0.${"1".repeat(400)}`,
      "100000000000000000000000",
      "9007199254740993.0",
      "9007199254740993e0",
    ],
  ])("%s cannot be kept, and its place is reported", (token) => {
    expect(faultsOf(`{"a":[0,{"b":${token}}],"c":1}`)).toEqual(["number_not_exact a[1].b"]);
    expect(faultsOf(token)).toEqual(["number_not_exact "]);
  });

  test.each([
    ...[
      "0",
      "-0",
      "0.0",
      "1.0",
      "1e3",
      "1E+3",
      "0.1",
      "-1.50",
      "1e-7",
      "6.02214076e23",
      "1e300",
      "5e-324",
      "1.7976931348623157e308",
    ],
    ...[
      "9007199254740991",
      "-9007199254740991",
      "0.30000000000000004",
      "123456789012345.6",
      "10.0000000000000000000000",
      "0e999",
    ],
  ])("%s is kept", (token) => {
    expect(valueIn(`[${token}]`)).toEqual([Number(token)]);
  });

  test("digits in keys and strings are no numbers", () => {
    const text = '{"9007199254740993":"9007199254740993","a\\"1e400":"\\\\","b":"x\\u0022:1e400"}';
    expect(valueIn(text)).toEqual(JSON.parse(text));
  });

  test("any double, as it is written in JavaScript, is kept, unless it is a whole number that others would round", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (number) => {
        const isRounded = Math.abs(number) > Number.MAX_SAFE_INTEGER && Math.abs(number) < 1e21;
        expect(faultsOf(`{"n": ${number}}`)).toEqual(isRounded ? ["number_not_exact n"] : []);
      }),
    );
  });

  test("any whole number is kept digit by digit or refused", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }), (number) => {
        const read = parseJson(`{ "n": ${number} }`);
        if ("value" in read) expect(String((read.value as { n: number }).n)).toBe(String(number));
        else expect(number > 9007199254740991n || number < -9007199254740991n).toBe(true);
      }),
    );
  });
});

describe("keys", () => {
  test("one that occurs twice in its object is named, one in two objects is fine", () => {
    expect(faultsOf('{"a":1,"b":{"a":1,"\\u0061":2}}')).toEqual(["duplicate_key b.a"]);
    expect(faultsOf('[{"a":"a","c":{"a":1}},{"a":"a"}]')).toEqual([]);
    expect(faultsOf('{"mutations":[{"type":"x","type":"y"}]}')).toEqual(["duplicate_key mutations[0].type"]);
  });

  test("one that would change an object's nature is named, however it is spelt", () => {
    expect(faultsOf('{"a":{"__proto__":1}}')).toEqual(["forbidden_key a.__proto__"]);
    expect(faultsOf('{"\\u005f_proto__":{}}')).toEqual(["forbidden_key __proto__"]);
    expect(faultsOf('{"constructor":{"prototype":{}}}')).toEqual(["forbidden_key constructor.prototype"]);
    expect(faultsOf('{"constructor":{"name":"x"},"prototype":1,"a":"__proto__"}')).toEqual([]);
  });
});

test("any JSON is read as JSON.parse reads it, with any white space", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 5 }), fc.constantFrom(undefined, 1, "\t"), (json, indent) => {
      const text = JSON.stringify(JSON.parse(json), null, indent);
      const read = parseJson(text);
      if ("value" in read) expect(read.value).toEqual(JSON.parse(text));
      else expect(read.faults.every(({ code }) => code !== "duplicate_key")).toBe(true);
    }),
  );
});

test("what is no JSON throws, deep nesting does not", () => {
  for (const text of ["", "{", "[1,]", "{} x", "NaN", "01", "'a'"]) expect(() => parseJson(text)).toThrow(SyntaxError);
  const deep = 200_000;
  expect(parseJson("[".repeat(deep) + "]".repeat(deep))).toHaveProperty("value");
});

test("the work grows with the text, whatever is in it", () => {
  const million = 1_000_000;
  for (const text of [
    `[${"1".repeat(million)}]`,
    `[0.${"1".repeat(million)}]`,
    `["${"\\\\".repeat(million / 2)}"]`,
    `{${Array.from({ length: 60_000 }, (_, index) => `"k${index}" :1e400`).join()}}`,
  ]) {
    const started = performance.now();
    parseJson(text);
    expect(performance.now() - started).toBeLessThan(10_000);
  }
  const many = parseJson(`[${Array.from({ length: 5000 }, () => "1e400").join()}]`);
  expect("faults" in many && many.faults).toHaveLength(100);
});
