import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { tries } from "../../../domain/kernel/depth.test-kit.ts";
import { type Api, fresh, openApi } from "./resource.test-kit.ts";

const RUNS = tries(60);
let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

interface Sent {
  path?: string;
  method?: "POST" | "PUT" | "PATCH";
  headers?: { [name: string]: string };
}

async function send(payload: string | Buffer, { path = "/commits", method = "POST", headers = {} }: Sent = {}) {
  const answer = await api.t.app.inject({
    method,
    url: `/api/v1${path}`,
    headers: { authorization: `Bearer ${api.me.secret}`, "content-type": "application/json", ...headers },
    payload,
  });
  return { status: answer.statusCode, headers: answer.headers, body: answer.body === "" ? {} : answer.json() };
}

const createRun = (runId: string, context: string) =>
  `{"mutations": [{"type": "run.create", "runId": "${runId}", "workflow": "w", "context": ${context}}]}`;

describe("what cannot be kept as it was sent", () => {
  test.each([
    ["POST", "/commits", createRun("x", '{"a": [1, 9007199254740993]}'), "mutations[0].context.a[1]"],
    ["POST", "/runs", '{"runId": "x", "workflow": "w", "metadata": {"a": 1e400}}', "metadata.a"],
    ["POST", "/jobs/x/complete", '{"result": {"n": 3544790567247868102}}', "result.n"],
    ["POST", "/jobs/x/heartbeat", '{"leaseToken": "t", "progress": 0.1234567890123456789}', "progress"],
    ["POST", "/jobs/claim", '{"agentKey": "a", "max": 12345678901234567890, "leaseMs": 1000}', "max"],
    ["POST", "/approvals", '{"title": "t", "payload": [1e-400]}', "payload[0]"],
    ["POST", "/routing/decisions", '{"taskId": "t", "taskType": "t", "priority": 1e999}', "priority"],
    ["PATCH", "/sessions/x", '{"metadata": {"a": {"b": -9007199254740993}}}', "metadata.a.b"],
    ["PUT", "/channels/x", '{"kind": "webhook", "target": "https://x.example", "config": {"n": 1e400}}', "config.n"],
    ["PUT", "/alert-rules/x", '{"kind": "stuck", "params": {"afterMs": 99999999999999999999}}', "params.afterMs"],
    ["POST", "/runs/x/restore", '{"snapshot": {"context": {"n": 9007199254740993}}}', "snapshot.context.n"],
    ["POST", "/runs", '{"runId": "x", "workflow": "w", "workflow": "v"}', "workflow"],
    ["POST", "/runs", '{"runId": "x", "workflow": "w", "context": {"__proto__": {"a": 1}}}', "context.__proto__"],
  ] as const)("%s %s is refused by the name of the field", async (method, path, payload, field) => {
    const head = await api.me.head();
    const { status, body } = await send(payload, { path, method });
    expect([status, body.code, body.errors.map((one: { path: string }) => one.path)]).toEqual([
      400,
      "malformed",
      [field],
    ]);
    expect(body.errors[0].message).toContain(field);
    expect(await api.me.head()).toBe(head);
  });

  test("the fault names its mutation, and what to do", async () => {
    const event = '{"type": "event.append", "eventType": "x.a", "payload": {"id": 12345678901234567890}}';
    const { body } = await send(`{"mutations": [{"type": "run.create", "runId": "x", "workflow": "w"}, ${event}]}`);
    expect(body.errors).toEqual([
      {
        index: 1,
        type: null,
        code: "number_not_exact",
        path: "mutations[1].payload.id",
        message:
          "mutations[1].payload.id: 12345678901234567890 cannot be kept exactly (whole numbers go up to 9007199254740991): send it as a string",
      },
    ]);
  });

  test("bytes that are no UTF-8 are refused, with their position", async () => {
    const bad = Buffer.concat([Buffer.from('{"a":"é'), Buffer.from([0xff]), Buffer.from('"}')]);
    const { status, body } = await send(bad);
    expect([status, body.errors[0].code, body.errors[0].message]).toEqual([
      400,
      "invalid_utf8",
      "the body is not UTF-8: the byte at offset 8 belongs to no character",
    ]);
  });

  test.each(["latin1", "iso-8859-1", "UTF-16", "bogus"])("the charset %s is not taken", async (charset) => {
    const { status, body } = await send("{}", { headers: { "content-type": `application/json; charset=${charset}` } });
    expect([status, body.code]).toEqual([415, "unsupported_charset"]);
  });

  test("a query that is no percent-encoded UTF-8 is refused by its name", async () => {
    for (const q of ["%FF", "%E9t%E9", "%", "%zz", "\u00e9"]) {
      const url = `/api/v1/runs?limit=5&q=${q}`;
      const answer = await api.t.app.inject({ url, headers: { authorization: `Bearer ${api.me.secret}` } });
      // A test client encodes what is not ASCII by itself.
      if (q === "\u00e9") continue;
      expect([answer.statusCode, answer.json().code, answer.json().errors[0].path]).toEqual([
        400,
        "malformed_url",
        "q",
      ]);
    }
    expect((await api.me.get("/runs?q=%C3%A9")).status).toBe(200);
  });
});

describe("what is taken", () => {
  test.each([
    "application/json",
    "application/json; charset=utf-8",
    'application/json;charset="UTF-8"',
    "application/json; charset=us-ascii",
  ])("%s", async (type) => {
    const context = '{"text": "Größe 😀 \\u00e9", "n": 1e3}';
    const runId = fresh("run");
    expect((await send(createRun(runId, context), { headers: { "content-type": type } })).status).toBe(201);
    expect((await api.me.get(`/runs/${runId}`)).body.context).toEqual({ text: "Größe 😀 é", n: 1000 });
  });

  test("a byte order mark is no part of the body", async () => {
    expect((await send(`\ufeff${createRun(fresh("run"), "{}")}`)).status).toBe(201);
  });

  test.each([
    ["gzip", gzipSync],
    ["x-gzip", gzipSync],
    ["deflate", deflateSync],
    ["br", brotliCompressSync],
    ["GZIP", gzipSync],
  ] as const)("a body compressed by %s", async (coding, compress) => {
    const runId = fresh("run");
    const body = compress(createRun(runId, `{"text": "${"ü".repeat(10_000)}"}`));
    expect((await send(body, { headers: { "content-encoding": coding } })).status).toBe(201);
    expect((await api.me.get(`/runs/${runId}`)).body.context).toEqual({ text: "ü".repeat(10_000) });
  });

  test("an unknown coding is refused, with the known ones", async () => {
    for (const coding of ["zstd", "compress", "gzip, gzip", "constructor"]) {
      const { status, body, headers } = await send("{}", { headers: { "content-encoding": coding } });
      expect([status, body.code, headers["accept-encoding"]]).toEqual([
        415,
        "unsupported_encoding",
        "gzip, deflate, br",
      ]);
    }
    const broken = await send("{}", { headers: { "content-encoding": "gzip" } });
    expect([broken.status, broken.body.code]).toEqual([400, "malformed_body"]);
  });

  test("a small body that becomes a large one is refused by the size it would have", async () => {
    const bomb = gzipSync(Buffer.alloc(200_000_000, 32));
    const { status, body } = await send(bomb, { headers: { "content-encoding": "gzip" } });
    expect([status, body.code]).toEqual([413, "body_too_large"]);
  });
});

/** JSON text with numbers of any spelling. */
const token = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
  fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }).map(String),
  fc.tuple(fc.integer(), fc.integer({ min: -340, max: 340 })).map(([digits, power]) => `${digits}e${power}`),
  fc.tuple(fc.nat(), fc.bigInt({ min: 0n, max: 10n ** 20n })).map(([whole, fraction]) => `${whole}.${fraction}`),
);
const tree = fc.letrec<{ value: string }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    token,
    fc.string({ unit: "binary" }).map((text) => JSON.stringify(text.replaceAll("\0", ""))),
    fc.constantFrom("true", "false", "null"),
    fc.array(tie("value"), { maxLength: 4 }).map((items) => `[${items.join(", ")}]`),
    fc
      .dictionary(
        fc.string({ minLength: 1 }).map((key) => key.replaceAll("\0", "")),
        tie("value"),
        { maxKeys: 4 },
      )
      .map(
        (object) =>
          `{${Object.entries(object)
            .map(([key, value]) => `${JSON.stringify(key)}:${value}`)
            .join(",")}}`,
      ),
  ),
})).value;

/** A number as exact fraction of a power of ten, so that two spellings of one number are alike. */
function exact(text: string): string {
  const [, sign = "", whole = "", fraction = "", power = "0"] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(text) ?? [];
  const digits = BigInt(whole + fraction);
  if (digits === 0n) return "0";
  const stripped = String(digits).replace(/0+$/, "");
  return `${sign}${stripped}e${Number(power) - fraction.length + String(digits).length - stripped.length}`;
}

const numbersIn = (json: string) =>
  [...json.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""').matchAll(/-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g)].map(([n]) => exact(n));

test("any JSON comes back from everywhere as it was sent, or is refused", async () => {
  let kept = 0;
  await fc.assert(
    fc.asyncProperty(tree, async (json) => {
      const [runId, jobId] = [fresh("run"), fresh("job")];
      const { status, body } = await send(
        `{"mutations": [{"type": "run.create", "runId": "${runId}", "workflow": "w", "context": {"v": ${json}}},
          {"type": "job.enqueue", "jobId": "${jobId}", "runId": "${runId}", "input": ${json}},
          {"type": "job.start", "jobId": "${jobId}", "agentKey": "a"},
          {"type": "job.complete", "jobId": "${jobId}", "result": ${json}},
          {"type": "event.append", "runId": "${runId}", "eventType": "x.a", "payload": {"v": ${json}}}]}`,
      );
      if (status !== 201) {
        expect([status, body.code]).toEqual([400, "malformed"]);
        return;
      }
      kept += 1;
      const value = JSON.parse(json);
      const [run, state, snapshot, events, job] = await Promise.all(
        [
          `/runs/${runId}`,
          `/runs/${runId}/state`,
          `/runs/${runId}/snapshot`,
          `/runs/${runId}/events`,
          `/jobs/${jobId}`,
        ].map((path) => api.me.get(path)),
      );
      // What another server would load.
      const stored = await api.t.database.prisma.run.findFirstOrThrow({ where: { id: runId } });
      const payloads = events?.body.items.map(({ payload }) => payload as { [key: string]: unknown }) ?? [];
      const seen = [
        ...[run?.body, state?.body, snapshot?.body, stored].map(
          (one) => (one as unknown as { context: { v: unknown } }).context.v,
        ),
        ...[job?.body.input, job?.body.result],
        ...payloads.flatMap(({ v, input, result, context }) =>
          [v, input, result, (context as { v: unknown } | undefined)?.v].filter((one) => one !== undefined),
        ),
      ];
      expect(seen.length).toBeGreaterThanOrEqual(json === "null" ? 6 : 10);
      for (const one of seen) {
        expect(one).toEqual(value);
        expect(numbersIn(JSON.stringify(one)).sort()).toEqual(numbersIn(json).sort());
      }
    }),
    { numRuns: RUNS },
  );
  expect(kept).toBeGreaterThan(RUNS / 6);
}, 120_000);

describe("methods", () => {
  test.each([
    ["PUT", "/commits", "OPTIONS, POST"],
    ["DELETE", "/runs", "GET, HEAD, OPTIONS, POST"],
    ["POST", "/runs/some", "GET, HEAD, OPTIONS"],
    ["DELETE", "/sessions/some", "GET, HEAD, OPTIONS, PATCH, PUT"],
    ["GET", "/runs/some/cancel", "OPTIONS, POST"],
  ] as const)("%s %s is not allowed; Allow lists what is", async (method, path, allow) => {
    const headers = { authorization: `Bearer ${api.me.secret}` };
    const answer = await api.t.app.inject({ method, url: `/api/v1${path}?x=1`, headers });
    expect([answer.statusCode, answer.headers.allow, answer.json().code]).toEqual([405, allow, "method_not_allowed"]);
    const options = await api.t.app.inject({ method: "OPTIONS", url: `/api/v1${path}`, headers });
    expect([options.statusCode, options.headers.allow, options.body]).toEqual([204, allow, ""]);
  });

  test("a path that nobody knows is not found by any method", async () => {
    const headers = { authorization: `Bearer ${api.me.secret}` };
    for (const method of ["GET", "POST", "DELETE", "OPTIONS"] as const)
      expect((await api.t.app.inject({ method, url: "/api/v1/nothing/here", headers })).statusCode).toBe(404);
  });
});
