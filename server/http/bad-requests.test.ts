import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isDeep } from "../../domain/kernel/depth.test-kit.ts";
import { type Api, fresh, openApi } from "./kernel/resource.test-kit.ts";

/** Every operation of the reference, asked wrongly in every way that can be made up from it. */
interface Operation {
  parameters?: { name: string; in: "path" | "query" | "header"; schema?: { type?: string } }[];
  requestBody?: unknown;
}

let api: Api;
let operations: { method: string; path: string; operation: Operation }[];
/** What is there, so that an id that is good leads somewhere. */
let known: { [name: string]: string };
beforeAll(async () => {
  api = await openApi();
  const { body } = await api.me.get("/openapi.json");
  const { paths } = body as unknown as { paths: { [path: string]: { [method: string]: Operation } } };
  operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
  const [runId, jobId, agentKey] = [fresh("run"), fresh("job"), fresh("agent")];
  await api.me.commit(
    { type: "run.create", runId, workflow: "w" },
    { type: "agent.register", agentKey },
    { type: "job.enqueue", jobId, runId },
  );
  known = { runs: runId, jobs: jobId, agents: agentKey, breakers: agentKey, queues: "default" };
});
afterAll(() => api.close());

const WRONG = [
  ...["", " ", "-1", "1.5", "99999999999999999999", "NaN", "true", "[]", "{}"],
  ...["\0", "a\0b", "%", "..", "../..", "/", "a/b", ",,", "x.*", "'", '"', "\\", "\u2028", "😀"],
  ...["x".repeat(1_000), "1970-01-01", "0000-00-00T00:00:00Z", "9999-12-31T23:59:59.999+23:59", "2026-13-40T99:99:99Z"],
  ...["constructor", "__proto__", "toString", "eyJhIjoxfQ", "bnVsbA", "W10", "job:", ":x", "run:a:b"],
];

let turn = 0;
/**
 * Those of the wrong values that are tried in one place: all at full depth, else every fourth,
 * beginning elsewhere each time. There are many places, so every value is tried in a fourth of
 * them.
 */
function some<T>(values: readonly T[]): readonly T[] {
  if (isDeep) return values;
  turn += 1;
  return values.filter((_value, at) => at % 4 === turn % 4);
}

async function ask(method: string, url: string, more: { payload?: string; headers?: { [name: string]: string } } = {}) {
  const answer = await api.t.app.inject({
    method: method as "GET",
    url,
    headers: {
      authorization: `Bearer ${api.me.secret}`,
      ...(more.payload !== undefined && JSON_TYPE),
      ...more.headers,
    },
    ...(more.payload !== undefined && { payload: more.payload }),
  });
  const type = String(answer.headers["content-type"] ?? "");
  return { status: answer.statusCode, type, text: answer.body };
}
const BODY = { payload: "{}" };
const JSON_TYPE = { "content-type": "application/json" };

/** What is wrong with how this was answered; undefined when a caller can make something of it. */
function faultOf({ status, type, text }: Awaited<ReturnType<typeof ask>>, isJson: boolean): string | undefined {
  if (status >= 500) return `${status} ${text.slice(0, 200)}`;
  if (status < 400) return undefined;
  if (!isJson) return undefined;
  if (!type.startsWith("application/problem+json")) return `${status} as ${type}: ${text.slice(0, 100)}`;
  const { code, detail } = JSON.parse(text) as { code?: string; detail?: string };
  return code && detail && detail.length < 2_000
    ? undefined
    : `${status} without a code or a short detail: ${text.slice(0, 200)}`;
}

/** The path with an id that is there, or with the one given. */
const urlOf = (path: string, id?: string) =>
  path.replaceAll(/\{(\w+)\}/g, () => encodeURIComponent(id ?? known[path.split("/")[3] ?? ""] ?? "nobody"));
/** What the operation cannot do without, besides the parameter that is tried. */
const needed = ({ parameters = [] }: Operation, but: string) =>
  parameters.some(({ name }) => name === "metric") && but !== "metric" ? "metric=throughput&" : "";
const hasQuery = ({ parameters = [] }: Operation) => parameters.some((parameter) => parameter.in === "query");
const isApi = (path: string) => path.startsWith("/api/");

describe("no request is answered with a 5xx or a page", () => {
  test("any parameter in a query, and a refusal names it", async () => {
    const faults: string[] = [];
    for (const { method, path, operation } of operations) {
      for (const { name, in: place } of operation.parameters ?? []) {
        if (place !== "query") continue;
        const queries = some(WRONG).map((value) => `${name}=${encodeURIComponent(value)}`);
        // What follows the log does not end.
        const asked = [...queries, `${name}=a&${name}=b`].filter((query) => query !== "follow=true");
        const answers = await Promise.all(
          asked.map((query) => ask(method, `${urlOf(path)}?${needed(operation, name)}${query}`)),
        );
        for (const [index, answer] of answers.entries()) {
          const isUnnamed = answer.status === 400 && !answer.text.includes(name) && "it does not say which";
          const fault = faultOf(answer, isApi(path)) ?? (isUnnamed || undefined);
          if (fault)
            faults.push(`${method} ${path}?${asked[index]?.slice(0, 60)}: ${fault} ${answer.text.slice(0, 200)}`);
        }
      }
    }
    expect(faults).toEqual([]);
  }, 120_000);

  test("a parameter that nobody knows is refused by its name", async () => {
    const faults: string[] = [];
    for (const { method, path, operation } of operations) {
      if (method !== "GET" || !hasQuery(operation)) continue;
      const { status, text } = await ask(method, `${urlOf(path)}?${needed(operation, "")}unheardOf=1`);
      if (status !== 400 || !text.includes("unheardOf")) faults.push(`${method} ${path}: ${status}`);
    }
    expect(faults).toEqual([]);
  });

  test("any id in a path", async () => {
    const faults: string[] = [];
    for (const { method, path } of operations) {
      if (!path.includes("{")) continue;
      const raw = ["%", "%zz", "%FF", "%00", "%2F", "..%2f.."].map((part) => path.replaceAll(/\{\w+\}/g, part));
      const urls = [...some(WRONG).map((value) => urlOf(path, value)), ...raw];
      const answers = await Promise.all(urls.map((url) => ask(method, url, method === "GET" ? {} : { payload: "{}" })));
      for (const [index, answer] of answers.entries()) {
        const fault = faultOf(answer, isApi(path));
        if (fault) faults.push(`${method} ${urls[index]?.slice(0, 100)}: ${fault}`);
      }
    }
    expect(faults).toEqual([]);
  }, 120_000);

  test("any body, of any shape", async () => {
    const bodies = [
      "",
      "null",
      "1",
      '"x"',
      "[]",
      "[[]]",
      "{}",
      '{"a":1}',
      "{",
      "\0",
      "nul",
      `${"[".repeat(5_000)}`,
      `{"type":"run.create"}`,
      '{"mutations":null}',
      '{"mutations":[null,1,"x",[],{}]}',
      `{"mutations":[{"type":"${"x".repeat(5_000)}"}]}`,
    ];
    const faults: string[] = [];
    for (const { method, path } of operations) {
      if (method === "GET") continue;
      const answers = await Promise.all(bodies.map((payload) => ask(method, urlOf(path), { payload })));
      for (const [index, answer] of answers.entries()) {
        const fault = faultOf(answer, isApi(path));
        if (fault) faults.push(`${method} ${path} ${bodies[index]?.slice(0, 40)}: ${fault}`);
      }
      for (const type of [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json; charset=utf-16",
        "x",
        "",
      ]) {
        const answer = await ask(method, urlOf(path), { payload: "{}", headers: { "content-type": type } });
        const fault = faultOf(answer, isApi(path));
        if (fault) faults.push(`${method} ${path} as ${type}: ${fault}`);
      }
    }
    expect(faults).toEqual([]);
  }, 120_000);

  test("any method and header", async () => {
    const faults: string[] = [];
    const headers: { [name: string]: string }[] = [
      { "if-match": "x" },
      { "if-match": '"99999999999999999999"' },
      { "if-match": 'W/"1"' },
      { "if-match": "," },
      { "idempotency-key": "" },
      { "idempotency-key": "x".repeat(1_000) },
      { "idempotency-key": "é" },
      { traceparent: "x" },
      { traceparent: "00-".repeat(500) },
      { accept: "text/html" },
      { accept: "x/y;q=2" },
      { "accept-encoding": "\u00e9" },
      { range: "bytes=0-1" },
      { "last-event-id": "x" },
      { "last-event-id": "99999999999999999999" },
      { origin: "null" },
      { host: "a b" },
      { "content-length": "5" },
      { authorization: "Basic x" },
      { cookie: "a=%; ;=" },
    ];
    const paths = [...new Set(operations.map(({ path }) => path))];
    for (const path of paths) {
      const methods = ["HEAD", "OPTIONS", "DELETE", "PUT", "PATCH", "TRACE", "POST", "GET"];
      const answers = await Promise.all(methods.map((method) => ask(method, urlOf(path))));
      for (const [index, answer] of answers.entries()) {
        const fault = faultOf(answer, isApi(path) && methods[index] !== "HEAD");
        if (fault) faults.push(`${methods[index]} ${path}: ${fault}`);
      }
    }
    for (const { method, path } of operations) {
      const tried = some(headers);
      const asked = tried.map((given) => ask(method, urlOf(path), { headers: given, ...(method !== "GET" && BODY) }));
      for (const [index, answer] of (await Promise.all(asked)).entries()) {
        const given = tried[index] ?? {};
        const fault = faultOf(answer, isApi(path) && !("accept" in given));
        if (fault) faults.push(`${method} ${path} ${JSON.stringify(given).slice(0, 60)}: ${fault}`);
      }
    }
    expect(faults).toEqual([]);
  }, 120_000);
});
