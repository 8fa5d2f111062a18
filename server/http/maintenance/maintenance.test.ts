import { once } from "node:events";
import http, { type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openRetention, temporaryFolder } from "../../store/maintenance/retention.test-kit.ts";
import { mintApiKey } from "../auth/api-keys.ts";
import { type Api, allPages, fresh, openApi } from "../kernel/resource.test-kit.ts";

let api: Api;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  api = await openApi();
  folder = await temporaryFolder();
  await api.t.app.listen({ port: 0, host: "127.0.0.1" });
});
afterAll(async () => {
  await api.close();
  await folder.remove();
});

const note = (n: number, more: object = {}) => ({
  type: "event.append" as const,
  eventType: "x.note",
  payload: { n },
  ...more,
});
const gone = (floor: number) => ({ status: 410, body: { code: "position_gone", status: 410, floor } });

/** From now on everything is old. */
function ageAll(): void {
  api.t.deps.retention = openRetention(api.t.database, api.t.deps.store, { archiveDir: folder.dir });
}

test("an admin removes what is old, gets what was removed, and the log says who did it", async () => {
  for (let n = 0; n < 4; n += 1) await api.me.commit(note(n));
  // By its settings nothing is old yet.
  expect(await api.me.post("/maintenance/retention")).toMatchObject({ status: 200, body: { floor: 0, events: 0 } });
  ageAll();
  const head = await api.me.head();
  const dry = await api.me.post("/maintenance/retention", { dryRun: true });
  expect(dry).toMatchObject({ status: 200, body: { dryRun: true, from: 0, floor: head, events: head, receipts: 4 } });
  expect(await api.me.head()).toBe(head);

  const { status, body } = await api.me.post("/maintenance/retention", {});
  expect(status).toBe(200);
  expect(body).toMatchObject({ dryRun: false, from: 0, floor: head, events: head, receipts: 4, more: false });
  expect(body.archive).toEqual([expect.stringMatching(/^default-0{11}1-0{11}4-[0-9a-f]{8}\.ndjson\.gz$/)]);
  expect((await api.me.get("/events")).body.items).toMatchObject([
    {
      seq: head + 1,
      type: "log.trimmed",
      actor: "key:tests",
      payload: { from: 0, floor: head, archive: body.archive },
    },
  ]);
  expect((await api.me.get("/receipts/verify")).body).toEqual({ valid: true, from: head + 1, checked: 1 });
  // Another tenant's log is its own affair.
  expect((await api.t.deps.store.head("other")).floor).toBe(0);
});

test("only an admin may; the body is as the contract says", async () => {
  const { secret } = await mintApiKey(api.t.deps.prisma, { tenantId: "default", name: "reader", role: "viewer" });
  const answer = await api.t.app.inject({
    method: "POST",
    url: "/api/v1/maintenance/retention",
    headers: { authorization: `Bearer ${secret}` },
  });
  expect(answer.statusCode).toBe(403);
  expect(await api.me.post("/maintenance/retention", { dryRun: "yes" })).toMatchObject({ status: 400 });
  expect(await api.me.post("/maintenance/retention", { olderThanDays: 1 })).toMatchObject({ status: 400 });
});

test("while the log is being trimmed a second request is asked to come back", async () => {
  await api.t.database.pool.query(
    `INSERT INTO "Lease" VALUES ('retention:default', 'another server', now() + interval '1 minute')`,
  );
  const answer = await api.me.post("/maintenance/retention");
  expect(answer).toMatchObject({ status: 409, body: { code: "retention_under_way" }, headers: { "retry-after": "5" } });
  await api.t.database.pool.query(`DELETE FROM "Lease"`);
});

test("positions below the floor are gone by every way in, those from the floor on are there", async () => {
  const runId = fresh("run");
  await api.me.commit({ type: "run.create", runId, workflow: "w" });
  for (let n = 0; n < 6; n += 1) await api.me.commit(note(n, { runId }));
  const cursor = (await api.me.get("/receipts?limit=1")).body.nextCursor as unknown as string;
  const ofRun = (await api.me.get(`/receipts?run=${runId}&limit=1`)).body.nextCursor as unknown as string;
  const events = (await api.me.get("/events?limit=1")).body.nextCursor as unknown as string;
  ageAll();
  const { floor } = (await api.me.post("/maintenance/retention")).body as unknown as { floor: number };
  const below = [
    `/events?after=${floor - 1}`,
    "/events?after=0",
    `/events?after=0&follow=true`,
    `/events?cursor=${events}`,
    `/events?order=desc&before=${floor}`,
    `/runs/${runId}/events?after=${floor - 1}`,
    `/receipts?cursor=${cursor}`,
    `/receipts?run=${runId}&cursor=${ofRun}`,
  ];
  for (const path of below) expect(await api.me.get(path), path).toMatchObject(gone(floor));

  await api.me.commit(note(9, { runId }));
  const after = await api.me.get(`/events?after=${floor}`);
  expect(after.body.items.map((item) => item.type)).toEqual(["log.trimmed", "x.note"]);
  expect((await api.me.get(`/runs/${runId}/events`)).body.items).toMatchObject([{ payload: { n: 9 } }]);
  expect((await api.me.get(`/runs/${runId}/events?after=${floor}`)).status).toBe(200);
  expect((await allPages(api.me, "/receipts", 1)).length).toBe(2);
  expect((await allPages(api.me, `/receipts?run=${runId}`, 1)).length).toBe(1);
  // The run itself is as it was.
  expect((await api.me.get(`/runs/${runId}`)).body).toMatchObject({ runId, status: "pending" });
});

test("what lies below the floor is gone at once, though its rows may still be there", async () => {
  const before = await api.stranger.head();
  for (let n = 0; n < 3; n += 1) await api.stranger.commit(note(n));
  const { prisma } = api.t.deps;
  const receipt = await prisma.receipt.findFirstOrThrow({ where: { tenantId: "other", lastSeq: before + 2 } });
  await prisma.logHead.update({
    where: { tenantId: "other" },
    data: { floor: receipt.lastSeq, floorHash: receipt.hash },
  });
  expect((await api.stranger.get("/events")).body.items).toMatchObject([{ seq: before + 3 }]);
  expect((await api.stranger.get("/receipts")).body.items).toMatchObject([{ lastSeq: before + 3 }]);
  expect((await api.stranger.get("/receipts/verify")).body).toEqual({ valid: true, from: before + 3, checked: 1 });
});

test("a stream that has not read what leaves ends, and a reader that goes on from there gets 410", async () => {
  const start = await api.me.head();
  const filler = "x".repeat(20_000);
  for (let round = 0; round < 40; round += 1) {
    await api.me.commit(...Array.from({ length: 40 }, (_, n) => ({ ...note(n), payload: { filler } })));
  }
  const { port } = api.t.app.server.address() as AddressInfo;
  const path = `/api/v1/events?follow=true&after=${start}`;
  const request = http.get({ port, path, headers: { authorization: `Bearer ${api.me.secret}` } });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  ageAll();
  const { floor } = (await api.me.post("/maintenance/retention")).body as unknown as { floor: number };
  let text = "";
  for await (const chunk of response.setEncoding("utf8")) text += chunk;
  const seqs = text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => (JSON.parse(line) as { seq: number }).seq);
  expect(seqs).toEqual(seqs.map((_, at) => start + 1 + at));
  const last = seqs.at(-1) ?? start;
  expect(last).toBeLessThan(floor);
  expect(await api.me.get(`/events?follow=true&after=${last}`)).toMatchObject(gone(floor));
});

test("the reference says where 410 may come, and what the report holds", async () => {
  const { body } = await api.me.get("/openapi.json");
  const { paths, components } = body as unknown as {
    paths: { [path: string]: { [method: string]: { responses: object } } };
    components: { schemas: { [name: string]: { properties: object } } };
  };
  for (const path of ["/events", "/runs/{id}/events", "/receipts"]) {
    expect(paths[`/api/v1${path}`]?.get?.responses, path).toHaveProperty("410");
  }
  const report = (await api.me.post("/maintenance/retention", { dryRun: true })).body;
  const known = Object.keys(components.schemas.RetentionReport?.properties ?? {});
  expect(known).toEqual(expect.arrayContaining(Object.keys(report)));
  expect(components.schemas.Problem?.properties).toHaveProperty("floor");
});
