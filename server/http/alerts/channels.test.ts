import { Registry } from "prom-client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createGuard } from "../../notify/guard.ts";
import { createNotifier } from "../../notify/index.ts";
import { openSmtp } from "../../notify/smtp.test-kit.ts";
import { type Api, allPages, openApi } from "../kernel/resource.test-kit.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi();
});
afterAll(() => api.close());

const HOOK = { kind: "webhook", target: "https://example.com/hook" };
const remove = (path: string, secret = api.me.secret) =>
  api.t.app.inject({ method: "DELETE", url: `/api/v1${path}`, headers: { authorization: `Bearer ${secret}` } });

test("a channel's secret is shown when it is made and when it is rotated, and is found nowhere else", async () => {
  const made = await api.me.put("/channels/hook", HOOK, { "idempotency-key": "once" });
  expect([made.status, made.body.channelId, made.body.secret]).toEqual([201, "hook", expect.stringMatching(/^whsec_/)]);
  const again = await api.me.put("/channels/hook", HOOK, { "idempotency-key": "once" });
  expect([again.status, again.body.secret, again.headers["idempotency-replayed"]]).toEqual([200, undefined, "true"]);
  const named = await api.me.put("/channels/hook", { ...HOOK, name: "Pager" });
  expect([named.status, named.body.name, named.body.secret]).toEqual([200, "Pager", undefined]);
  const rotated = await api.me.post("/channels/hook/rotate-secret");
  expect(rotated.body.secret).toMatch(/^whsec_/);
  expect(rotated.body.secret).not.toBe(made.body.secret);
  const slack = { kind: "slack", target: "https://hooks.slack.com/services/T/B/hiddenPart" };
  expect((await api.me.put("/channels/slack", slack)).body.secret).toBeUndefined();

  const live = await api.t.deps.store.snapshot("default", "rules", 100);
  const { rows: stored } = await api.t.database.pool.query<{ all: string }>(
    `SELECT (SELECT json_agg(e)::text FROM "Event" e) || (SELECT json_agg(r)::text FROM "Receipt" r) || coalesce((SELECT json_agg(k)::text FROM "IdempotencyKey" k), '') AS "all"`,
  );
  const reads = [
    await api.me.get("/channels"),
    await api.me.get("/channels/hook"),
    await api.me.get("/events"),
    await api.me.get("/receipts"),
    named,
    live,
    stored,
    api.t.logged,
  ].map((one) => JSON.stringify(one));
  for (const read of reads) {
    expect(read).toBeTypeOf("string");
    for (const secret of [made.body.secret, rotated.body.secret, "hiddenPart", "whsec_"])
      expect(read).not.toContain(String(secret));
  }
});

test("channels are listed page by page, belong to their tenant, and are gone when removed", async () => {
  for (const n of [1, 2, 3]) expect((await api.me.put(`/channels/page-${n}`, HOOK)).status).toBe(201);
  const ids = (await allPages(api.me, "/channels", 2)).map((row) => row.id);
  expect(ids).toEqual([...ids].sort());
  expect(ids).toEqual(expect.arrayContaining(["page-1", "page-2", "page-3"]));
  expect((await api.stranger.get("/channels")).body.items).toEqual([]);
  expect((await api.stranger.get("/channels/page-1")).status).toBe(404);
  expect((await remove("/channels/page-1", api.stranger.secret)).statusCode).toBe(404);
  expect((await remove("/channels/page-1")).statusCode).toBe(200);
  expect((await api.me.get("/channels/page-1")).status).toBe(404);
  expect((await remove("/channels/page-1")).statusCode).toBe(404);
  expect((await api.me.put("/channels/page-1", HOOK)).status).toBe(201);
});

test("a value that is no channel is refused with its place", async () => {
  const wrong = await api.me.put("/channels/wrong", { kind: "webhook", target: "file:///etc/passwd" });
  expect([wrong.status, wrong.body.errors.map(({ path }) => path)]).toEqual([400, ["target"]]);
  expect((await api.me.put("/channels/nope", { ...HOOK, channelId: "other" })).status).toBe(400);
  expect((await api.me.post("/channels/nope/test")).status).toBe(404);
  expect((await api.me.post("/deliveries/nope/replay")).status).toBe(404);
});

test("an e-mail channel is refused where no e-mail is sent, by every way in, and taken where it is", async () => {
  const mail = { kind: "email", target: "ops@example.com" };
  const mutation = { type: "channel.put", channelId: "mail", ...mail };
  const refused = [await api.me.put("/channels/mail", mail), await api.me.post("/commits", { mutations: [mutation] })];
  for (const { status, body } of refused) {
    expect([status, body.errors[0]?.code, body.errors[0]?.path]).toEqual([422, "no_mail_server", "kind"]);
    expect(body.detail).toContain("SMTP_URL");
  }
  expect((await api.me.get("/channels/mail")).status).toBe(404);

  const smtp = await openSmtp();
  const from = { name: "", address: "alerts@sender.example" };
  api.t.deps.config.smtp = { url: `smtp://127.0.0.1:${smtp.port}`, from };
  const { store, queries, config } = api.t.deps;
  const notifier = createNotifier({
    ...{ store, queries, registry: new Registry(), log: api.t.deps.logger, guard: createGuard([]) },
    ...{ smtp: config.smtp, publicUrl: () => "https://console.example", everyMs: 20 },
  });
  notifier.start();
  try {
    expect((await api.me.put("/channels/mail", mail)).status).toBe(201);
    const tested = await api.me.post("/channels/mail/test");
    expect([tested.status, tested.body.status, tested.body.responseStatus]).toEqual([200, "delivered", 250]);
    expect(smtp.got).toMatchObject([{ to: ["ops@example.com"], text: expect.stringContaining("a test of channel") }]);
    expect(JSON.stringify((await api.me.get("/events")).body)).not.toContain("ops@");
  } finally {
    await notifier.close();
    await smtp.close();
  }
});
