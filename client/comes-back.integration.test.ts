import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { LogEvent } from "../domain/kernel/event.ts";
import { parseJson } from "../domain/kernel/json-text.ts";
import { type Json, unstorable } from "../domain/kernel/primitives.ts";
import { createDatabase } from "../server/database/client.ts";
import { openStore } from "../server/store/lane/lane.test-kit.ts";
import { checkArchive } from "../server/store/maintenance/archive/check.ts";
import {
  archived,
  archiveFiles,
  openRetention,
  temporaryFolder,
} from "../server/store/maintenance/retention.test-kit.ts";
import { createClient } from "./client.ts";
import type { SwitchyardError } from "./core/problem.ts";
import { type RealServer, startRealServer } from "./real-server.test-kit.ts";
import { type Served, serveReal } from "./serve-real.test-kit.ts";
import type { Client } from "./types.ts";

/**
 * What was accepted comes back as it was sent, whichever way it is read, from whichever server, now
 * and later.
 */
let server: RealServer;
let second: Served;
let beside: Client;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  server = await startRealServer();
  folder = await temporaryFolder();
  second = await serveReal({ ...server.env, PORT: "0", SWITCHYARD_DATA_DIR: folder.dir });
  beside = createClient({ url: `http://127.0.0.1:${second.port}`, key: server.key });
});
afterAll(async () => {
  await second.close();
  await server.close();
  await folder.remove();
});

const nested = (depth: number): Json =>
  depth === 0 ? "end" : depth % 2 ? [nested(depth - 1)] : { a: nested(depth - 1) };
const SPECIAL: Json[] = [
  ...[-0, 1e21, 1.5e300, 5e-324, 2 ** 53 - 1, 0.1, -1e-7],
  ...[
    "",
    "\u2028\u2029",
    "\ufeff",
    "é e\u0301 \u212b",
    "\u{10ffff}",
    "\\u0000",
    "\u007f\u0080\u0001",
    "x".repeat(100_000),
  ],
  ...[
    { "": 1 },
    { é: 1, "e\u0301": 2 },
    { ["k".repeat(10_000)]: null },
    { constructor: { a: 1 }, toString: [] },
    { "10": 1, "9": 2, a: 3 },
  ],
  ...[nested(50), Array.from({ length: 2_000 }, (_none, at) => at), [[], {}, null, [null]], { "\ufeff": "\u00a0" }],
];
/** With what cannot be kept among it. */
const REFUSED: Json[] = [
  "a\0",
  "\ud800",
  { "\udc00": 1 },
  ["b", { c: "\0" }],
  nested(90),
  JSON.parse('{"a": {"__proto__": 1}}') as Json,
];
const values = fc.array(
  fc.oneof({ arbitrary: fc.jsonValue({ stringUnit: "binary" }), weight: 4 }, fc.constantFrom(...SPECIAL, ...REFUSED)),
  {
    maxLength: 8,
  },
);

interface Watch {
  seen: Map<string, Json>;
  stop(): Promise<void>;
}
const note = (seen: Map<string, Json>, event: LogEvent) => {
  if (event.type === "x.value") seen.set(String(event.payload.id), (event.payload as { value: Json }).value);
};

function watch(run: (over: AbortSignal, seen: Map<string, Json>) => Promise<void>): Watch {
  const seen = new Map<string, Json>();
  const over = new AbortController();
  const done = run(over.signal, seen).catch((error: unknown) => {
    if (!over.signal.aborted) throw error;
  });
  const stop = async () => {
    over.abort();
    await done;
  };
  return { seen, stop };
}

const bySocket = (client: Client) =>
  watch((signal, seen) =>
    client.follow({ topic: "log", since: 0, signal }, (events) => {
      for (const event of events) note(seen, event);
    }),
  );
const byLines = (client: Client) =>
  watch(async (signal, seen) => {
    for await (const event of client.tail({ types: ["x.*"], signal })) note(seen, event);
  });
const byServerSentEvents = () =>
  watch(async (signal, seen) => {
    const headers = { authorization: `Bearer ${server.key}`, accept: "text/event-stream" };
    const { body } = await fetch(`${server.url}/api/v1/events?after=0&follow=true`, { headers, signal });
    let rest = "";
    for await (const piece of (body as ReadableStream<Uint8Array>).pipeThrough(
      new TextDecoderStream() as never,
    ) as unknown as AsyncIterable<string>) {
      const parts = (rest + piece).split("\n");
      rest = parts.pop() ?? "";
      for (const line of parts) if (line.startsWith("data: ")) note(seen, JSON.parse(line.slice(6)) as LogEvent);
    }
  });

test("any JSON that is accepted comes back from everywhere as it was sent; what is not says which field", async () => {
  const sent = new Map<string, Json>();
  const agentKey = randomUUID();
  await server.client.commit([{ type: "agent.register", agentKey, capabilities: [] }]);
  const watches = [
    bySocket(server.client),
    bySocket(beside),
    byLines(server.client),
    byLines(beside),
    byServerSentEvents(),
  ];
  const claimed = new Map<string, Json>();
  const send = async (value: Json) => {
    const id = randomUUID();
    const committed = server.client.commit([
      { type: "run.create", runId: id, workflow: "w", context: { value }, metadata: { value } },
      { type: "job.enqueue", jobId: id, runId: id, agentKey, input: { value } },
      { type: "event.append", runId: id, eventType: "x.value", payload: { id, value } },
    ]);
    const error = await committed.then(
      () => undefined,
      (thrown: unknown) => thrown as SwitchyardError,
    );
    if (error) {
      expect([
        error.status,
        error.errors.every(({ path, message }) => (path ?? "") !== "" && message.includes(path ?? "")),
        error.errors.length > 0,
      ]).toEqual([400, true, true]);
      expect(unstorable(value) !== undefined || "faults" in parseJson(JSON.stringify(value))).toBe(true);
      return;
    }
    sent.set(id, JSON.parse(JSON.stringify(value)) as Json);
    const [job] = await server.client.claim({ agentKey, capabilities: [], max: 1, leaseMs: 60_000 });
    const { input, leaseToken } = job as unknown as { input: { value: Json }; leaseToken: string };
    claimed.set(id, input.value);
    await server.client.complete({ jobId: id, leaseToken, result: { value } });
  };
  for (const value of [...SPECIAL, ...REFUSED]) await send(value);
  await fc.assert(
    fc.asyncProperty(values, async (some) => {
      for (const value of some) await send(value as Json);
    }),
    { numRuns: 8 },
  );
  expect(sent.size).toBeGreaterThan(SPECIAL.length);

  const rowsOf = async (client: Client) => {
    for (const [id, value] of sent) {
      const [run, job] = await Promise.all([client.getRun(id), client.getJob(id)]);
      expect([run.context, run.metadata, job.input, job.result, job.attempts[0]?.result]).toEqual(
        Array(5).fill({ value }),
      );
    }
  };
  const eventsOf = (events: readonly LogEvent[]) => {
    const seen = new Map<string, Json>();
    for (const event of events) note(seen, event);
    expect(seen).toEqual(sent);
  };
  const pages = async (client: Client) => {
    const events: LogEvent[] = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = await client.listEvents({ after: 0, limit: 100, ...(cursor && { cursor }) });
      events.push(...page.items);
      cursor = page.nextCursor;
    }
    return events;
  };

  expect(claimed).toEqual(sent);
  for (const { seen } of watches) await expect.poll(() => seen.size, { timeout: 20_000 }).toBe(sent.size);
  for (const { seen, stop } of watches) {
    expect(seen).toEqual(sent);
    await stop();
  }
  for (const client of [server.client, beside]) {
    await rowsOf(client);
    eventsOf(await pages(client));
  }
  await server.stop();
  await server.start();
  await rowsOf(server.client);
  eventsOf(await pages(server.client));

  const database = createDatabase(server.env.DATABASE_URL, { max: 4 });
  const store = await openStore(database, "default");
  try {
    await openRetention(database, store, { archiveDir: folder.dir }).trim("default");
    eventsOf((await archived(folder.dir, "default")).events);
    expect((await checkArchive(await archiveFiles(folder.dir, "default"))).faults).toEqual([]);
  } finally {
    await store.close();
    await database.close();
  }
}, 120_000);
