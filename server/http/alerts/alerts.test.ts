import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Api, openApi } from "../kernel/resource.test-kit.ts";

let api: Api;
beforeAll(async () => {
  api = await openApi();
  for (const agentKey of ["a", "b", "c", "d"]) {
    await api.me.commit(
      { type: "agent.register", agentKey, breaker: { windowSize: 1, minimumCalls: 1, openMs: 3_600_000 } },
      { type: "breaker.record", agentKey, success: false, error: "no" },
    );
  }
});
afterAll(() => api.close());

const alertOf = (agentKey: string) => `breaker_open:${agentKey}`;
const rule = (more: object = {}) => ({
  kind: "queue_depth",
  params: { depth: 3 },
  severity: "warning",
  enabled: true,
  ...more,
});
type Items = { [field: string]: unknown }[];

describe("alerts over HTTP", () => {
  test("are snoozed, resolved and commented, each one commit that answers the row", async () => {
    const snoozed = await api.me.post(`/alerts/${alertOf("a")}/snooze`, { mode: "worse", note: "later" });
    expect(snoozed).toMatchObject({ status: 200, body: { status: "snoozed", snoozeMode: "worse", receipt: {} } });
    const again = await api.me.post(`/alerts/${alertOf("a")}/snooze`, {});
    expect(again).toMatchObject({ status: 409, body: { legal: ["firing", "resolved"], row: { status: "snoozed" } } });
    expect((await api.me.post(`/alerts/${alertOf("a")}/comment`, { text: "hm" })).body.comments).toMatchObject([
      { text: "hm" },
    ]);
    expect((await api.me.post(`/alerts/${alertOf("a")}/unacknowledge`)).body.status).toBe("firing");
    expect((await api.me.post(`/alerts/${alertOf("a")}/unacknowledge`)).status).toBe(409);
    expect((await api.me.post(`/alerts/${alertOf("a")}/resolve`, { note: "done" })).body.status).toBe("resolved");
    expect((await api.me.post(`/alerts/${alertOf("a")}/comment`, { text: "" })).status).toBe(400);
    expect((await api.me.post("/alerts/none/resolve")).status).toBe(404);
    expect((await api.stranger.post(`/alerts/${alertOf("b")}/resolve`)).status).toBe(404);
    expect((await api.me.post(`/alerts/${alertOf("b")}/snooze`, { until: "2020-01-01T00:00:00Z" })).status).toBe(422);
  });

  test("many at once: one commit for those that can be moved, the others say why", async () => {
    const { status, body } = await api.me.post("/alerts/acknowledge", {
      alertIds: [alertOf("b"), alertOf("a"), "none", alertOf("c"), alertOf("c")],
      note: "us",
    });
    expect([status, (body.items as unknown as Items).map(({ alertId, ok, code }) => [alertId, ok, code])]).toEqual([
      200,
      [
        [alertOf("b"), true, undefined],
        [alertOf("a"), false, "illegal_transition"],
        ["none", false, "not_found"],
        [alertOf("c"), true, undefined],
      ],
    ]);
    expect(body.receipt).toMatchObject({ mutations: ["alert.acknowledge", "alert.acknowledge"] });
    const nobody = await api.me.post("/alerts/resolve", { alertIds: ["none"] });
    expect(nobody).toMatchObject({ status: 200, body: { receipt: null, items: [{ ok: false }] } });
    expect((await api.me.post("/alerts/acknowledge", { alertIds: [] })).status).toBe(400);
    expect((await api.stranger.post("/alerts/resolve", { alertIds: [alertOf("d")] })).body.receipt).toBeNull();
    expect((await api.me.get(`/alerts/${alertOf("d")}`)).body.status).toBe("firing");
  });

  test("an alert and a breaker are read with the ETag that a change of them takes as If-Match", async () => {
    const { headers } = await api.me.get(`/alerts/${alertOf("d")}`);
    const seen = { "if-match": String(headers.etag) };
    const comment = `/alerts/${alertOf("d")}/comment`;
    expect((await api.me.post(comment, { text: "first" }, seen)).status).toBe(200);
    expect((await api.me.post(comment, { text: "late" }, seen)).status).toBe(412);
    const breaker = await api.me.get("/agents/d/breaker");
    expect(breaker.headers.etag).toBe(`"${breaker.body.version}"`);
  });

  test("many at once under the same Idempotency-Key move once, and answer the same", async () => {
    const asked = { alertIds: [alertOf("d"), "none"] };
    const headers = { "idempotency-key": "many" };
    const answers = await Promise.all([0, 1, 2].map(() => api.me.post("/alerts/acknowledge", asked, headers)));
    for (const { status, body } of answers) {
      expect([status, (body.items as unknown as Items).map(({ alertId, ok }) => [alertId, ok])]).toEqual([
        200,
        [
          [alertOf("d"), true],
          ["none", false],
        ],
      ]);
      expect(body.receipt).toEqual(answers[0]?.body.receipt);
    }
    expect((await api.me.post("/alerts/resolve", asked, headers)).status).toBe(422);
    await api.me.post("/alerts/unacknowledge", { alertIds: [alertOf("d")] });
  });

  test("are found by rule, subject, words and cause; folded under an open cause when grouped", async () => {
    const by = { id: "system:clock", actor: "system:clock" };
    const fire = (alertId: string, causeId: string) => ({
      type: "alert.fire" as const,
      alertId,
      ruleId: "success_rate",
      title: `Rate of ${alertId}`,
      detail: null,
      subject: { kind: "agent", id: alertId },
      runId: null,
      value: 0,
      threshold: 0.8,
      causeId,
    });
    const mutations = [fire("f1", alertOf("d")), fire("f2", alertOf("d")), fire("f3", "gone")];
    await api.t.deps.store.commit("default", by, { mutations });
    const ids = async (query: string) => (await api.me.get(`/alerts?${query}`)).body.items.map(({ id }) => id).sort();
    expect(await ids("rule=success_rate")).toEqual(["f1", "f2", "f3"]);
    expect(await ids("subject=f1")).toEqual(["f1"]);
    expect(await ids("q=rate%20OF%20f2")).toEqual(["f2"]);
    expect(await ids(`causeId=${alertOf("d")}`)).toEqual(["f1", "f2"]);
    expect(await ids("grouped=true&status=firing")).toEqual([alertOf("d"), "f3"]);
    const { items } = (await api.me.get("/alerts?grouped=true")).body;
    expect(items.find(({ id }) => id === alertOf("d"))).toMatchObject({ folded: 2 });
    await api.me.post(`/alerts/${alertOf("d")}/resolve`);
    expect(await ids("grouped=true&status=firing")).toEqual(["f1", "f2", "f3"]);
  });
});

describe("the inbox", () => {
  const by = { id: "system:clock", actor: "system:clock" };
  const fire = (ruleId: string, name: string) => ({
    type: "alert.fire" as const,
    alertId: `${ruleId}:${name}`,
    ruleId,
    title: `${ruleId} of ${name}`,
    detail: null,
    subject: { kind: "run", id: `inbox-${name}` },
    runId: null,
    value: null,
    threshold: null,
    causeId: null,
  });

  test("reads alerts by urgency, page by page, and counts them by status", async () => {
    const severities = [
      ["inbox-info", "info"],
      ["inbox-worst", "critical"],
      ["inbox-bad", "warning"],
    ] as const;
    for (const [ruleId, severity] of severities) await api.me.put(`/alert-rules/${ruleId}`, rule({ severity }));
    for (const [ruleId] of severities) {
      const mutations = ["a", "b", "c"].map((name) => fire(ruleId, name));
      await api.t.deps.store.commit("default", by, { mutations });
    }
    const found: string[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const page: { items: Items; nextCursor: string | null } = (
        await api.me.get(`/alerts?sort=urgency&limit=2&q=INBOX-${cursor === "" ? "" : `&cursor=${cursor}`}`)
      ).body as never;
      found.push(...page.items.map(({ id }) => String(id)));
      cursor = page.nextCursor;
    }
    expect(found).toEqual(
      ["inbox-worst", "inbox-bad", "inbox-info"].flatMap((id) => ["c", "b", "a"].map((name) => `${id}:${name}`)),
    );
    const urgent = (await api.me.get("/alerts?sort=urgency&severity=info,warning&limit=1&q=inbox-")).body.items;
    expect(urgent.map(({ id }) => id)).toEqual(["inbox-bad:c"]);
    expect((await api.me.get("/alerts?cursor=W10")).status).toBe(400);

    await api.me.post("/alerts/inbox-bad:a/acknowledge");
    await api.me.post("/alerts/inbox-bad:b/snooze", { mode: "resolved" });
    expect((await api.me.get("/alerts/counts?q=inbox-")).body).toEqual({
      byStatus: { pending: 0, firing: 7, acknowledged: 1, snoozed: 1, resolved: 0 },
    });
    expect((await api.me.get("/alerts/counts?q=inbox-&severity=warning&rule=inbox-bad")).body).toEqual({
      byStatus: { pending: 0, firing: 1, acknowledged: 1, snoozed: 1, resolved: 0 },
    });
    expect((await api.stranger.get("/alerts/counts")).body).toMatchObject({ byStatus: { firing: 0 } });
    expect((await api.me.get("/alerts/counts?status=firing")).status).toBe(400);
  });
});

describe("alert rules", () => {
  test("begin with built-in ones, are written, changed and removed", async () => {
    const { items } = (await api.me.get("/alert-rules")).body as unknown as { items: Items };
    expect(items.find(({ ruleId }) => ruleId === "breaker_open")).toMatchObject({
      kind: "breaker_open",
      builtIn: true,
      enabled: true,
    });
    const made = await api.me.put("/alert-rules", { ruleId: "deep", ...rule() });
    expect(made).toMatchObject({ status: 201, body: { kind: "queue_depth", builtIn: false, params: { depth: 3 } } });
    const changed = await api.me.put("/alert-rules/deep", rule({ enabled: false, forMs: 1000 }));
    expect(changed).toMatchObject({ status: 200, body: { enabled: false, forMs: 1000, version: 2 } });
    expect((await api.me.get("/alert-rules/deep")).body).toMatchObject({ kind: "queue_depth", enabled: false });
    const remove = () =>
      api.t.app.inject({
        method: "DELETE",
        url: "/api/v1/alert-rules/deep",
        headers: { authorization: `Bearer ${api.me.secret}` },
      });
    expect((await remove()).statusCode).toBe(200);
    expect((await remove()).statusCode).toBe(404);
    expect((await api.me.get("/alert-rules/deep")).status).toBe(404);
    expect((await api.stranger.get("/alert-rules/deep")).status).toBe(404);
  });

  test("a built-in one can be changed, and is built in still", async () => {
    const { status, body } = await api.me.put("/alert-rules/stuck", {
      kind: "stuck",
      params: { noProgressMs: 5000 },
      severity: "info",
      enabled: true,
    });
    expect([status, body.builtIn, body.severity]).toEqual([200, true, "info"]);
  });

  test.each([
    [rule({ params: { depth: "3" } })],
    [rule({ kind: "nonsense" })],
    [rule({ ruleId: "other" })],
    [rule({ severity: undefined })],
    [rule({ escalation: [{ afterMs: 1, channels: ["c"] }] })],
  ])("%j is refused and changes nothing", async (body) => {
    expect((await api.me.put("/alert-rules/bad", body)).status).toBe(400);
    expect((await api.me.get("/alert-rules/bad")).status).toBe(404);
  });

  test("a preview says how often a rule would have fired, from what happened", async () => {
    const opened = await api.me.post("/alert-rules/preview", { kind: "breaker_open", params: {} });
    expect(opened.body).toMatchObject({ supported: true, fired: 4, truncated: false });
    expect(opened.body.firings).toMatchObject([{ subject: "d", to: null }, {}, {}, {}]);
    await api.me.commit(
      { type: "run.create", runId: "p", workflow: "w" },
      { type: "queue.configure", queue: "pq", capacity: 1 },
    );
    for (const jobId of ["p1", "p2", "p3"])
      await api.me.commit({ type: "job.enqueue", jobId, runId: "p", queue: "pq" });
    const preview = async (kind: string, params: object, more: object = {}) =>
      (await api.me.post("/alert-rules/preview", { kind, params, ...more })).body;
    expect(await preview("queue_depth", {})).toMatchObject({
      fired: 1,
      firings: [{ subject: "pq", to: null, value: 3 }],
    });
    expect(await preview("queue_depth", { depth: 5 })).toMatchObject({ fired: 0 });
    expect(await preview("queue_depth", {}, { forMs: 86_400_000 })).toMatchObject({ fired: 0 });
    await api.me.commit(
      { type: "job.start", jobId: "p1", agentKey: "z" },
      { type: "job.fail", jobId: "p1", error: "e" },
    );
    expect(await preview("success_rate", { minimumSample: 1, agent: "z" })).toMatchObject({
      fired: 1,
      firings: [{ subject: "z", value: 0 }],
    });
    expect(await preview("success_rate", { minimumSample: 5, agent: "z" })).toMatchObject({ fired: 0 });
    expect(await preview("agent_silent", {})).toMatchObject({ supported: false });
    for (const kind of ["queue_age", "run_overdue", "job_overdue", "approval_waiting"]) {
      expect(await preview(kind, {})).toMatchObject({ supported: true, fired: 0 });
    }
    await api.t.database.pool.query(
      `UPDATE "Attempt" SET "startedAt" = "startedAt" - interval '3 hours' WHERE "tenantId" = 'default' AND "jobId" = 'p1'`,
    );
    expect(await preview("job_overdue", { afterMs: 3_600_000 })).toMatchObject({
      fired: 1,
      firings: [{ subject: "p1" }],
    });
    expect((await api.me.post("/alert-rules/preview", { kind: "stuck", params: { noProgressMs: 1 } })).status).toBe(
      400,
    );
    expect((await api.stranger.post("/alert-rules/preview", { kind: "breaker_open", params: {} })).body.fired).toBe(0);
  });

  test("a preview lists what waited, ran or asked for too long: what is over with its end, what goes on without", async () => {
    const own = await openApi();
    const set = (table: string, columns: string, id: string) =>
      own.t.database.pool.query(`UPDATE "${table}" SET ${columns} WHERE "tenantId" = 'default' AND "id" = $1`, [id]);
    const preview = async (kind: string, params: object) => {
      const { fired, firings } = (await own.me.post("/alert-rules/preview", { kind, params })).body as unknown as {
        fired: number;
        firings: { subject: string; to: string | null }[];
      };
      expect(fired).toBe(firings.length);
      return firings.map(({ subject, to }) => `${subject} ${to === null ? "goes on" : "is over"}`).sort();
    };
    try {
      for (const id of ["past", "now"]) {
        await own.me.commit(
          { type: "run.create", runId: id, workflow: id, timeoutMs: 3_600_000 },
          { type: "run.transition", runId: id, to: "running" },
          { type: "job.enqueue", jobId: id, runId: id, queue: id },
          { type: "approval.request", approvalId: id, title: "Go?" },
        );
      }
      await own.me.commit(
        { type: "job.start", jobId: "past", agentKey: "x" },
        { type: "approval.approve", approvalId: "past" },
        { type: "run.transition", runId: "past", to: "cancelled" },
      );
      expect(await preview("queue_age", { maxAgeMs: 60_000 })).toEqual([]);
      expect(await preview("run_overdue", {})).toEqual([]);
      expect(await preview("approval_waiting", { afterMs: 60_000 })).toEqual([]);
      await set("Attempt", `"queuedAt" = "startedAt" - interval '1 hour'`, "past#1");
      await set("Job", `"queuedAt" = now() - interval '1 hour', "runAt" = now() - interval '2 hours'`, "now");
      for (const id of ["past", "now"]) {
        await set("Run", `"startedAt" = now() - interval '2 hours'`, id);
        await set("Approval", `"createdAt" = now() - interval '2 hours'`, id);
      }
      const both = ["now goes on", "past is over"];
      expect(await preview("queue_age", { maxAgeMs: 60_000 })).toEqual(both);
      expect(await preview("queue_age", { maxAgeMs: 5_400_000 })).toEqual([]);
      expect(await preview("queue_age", { maxAgeMs: 60_000, queue: "now" })).toEqual(["now goes on"]);
      expect(await preview("approval_waiting", { afterMs: 60_000 })).toEqual(both);
      expect(await preview("run_overdue", { afterMs: 60_000 })).toEqual(both);
      expect(await preview("run_overdue", { afterMs: 60_000, workflow: "past" })).toEqual(["past is over"]);
      await set("Run", `"status" = 'timed_out', "finishedAt" = now()`, "now");
      expect(await preview("run_overdue", {})).toEqual(["now is over"]);
    } finally {
      await own.close();
    }
  });
});

test("a storm lists what fired within the last minute, by rule, the most severe first", async () => {
  const own = await openApi();
  try {
    const calm = await own.me.get("/alerts/storm");
    expect(calm.body).toEqual({ storm: false, threshold: 10, firedLastMinute: 0, folded: 0, byRule: [] });
    const agents = Array.from({ length: 11 }, (_, n) => `s${n}`);
    for (const agentKey of agents) {
      await own.me.commit(
        { type: "agent.register", agentKey, breaker: { windowSize: 1, minimumCalls: 1, openMs: 3_600_000 } },
        { type: "breaker.record", agentKey, success: false },
      );
    }
    const fact = { type: "alert.fire", ruleId: "success_rate", title: "low", detail: null, runId: null } as const;
    const measured = { value: 0.1, threshold: 0.8, causeId: alertOf("s0"), subject: { kind: "agent", id: "s0" } };
    const clock = { id: "system:clock", actor: "system:clock" };
    const mutations = [{ ...fact, alertId: "success_rate:s0", ...measured }];
    await own.t.deps.store.commit("default", clock, { mutations });
    expect((await own.me.get("/alerts/storm")).body).toEqual({
      ...{ storm: true, threshold: 10, firedLastMinute: 12, folded: 1 },
      byRule: [
        { rule: "breaker_open", severity: "critical", count: 11 },
        { rule: "success_rate", severity: "warning", count: 1 },
      ],
    });
    expect((await own.stranger.get("/alerts/storm")).body.firedLastMinute).toBe(0);
    const over = (ids: string[]) =>
      own.t.database.pool.query(
        `UPDATE "Alert" SET "firedAt" = "firedAt" - interval '1 minute' WHERE "tenantId" = 'default' AND "id" = ANY ($1)`,
        [ids],
      );
    // An acknowledged cause is still open; ten are no storm yet.
    await own.me.commit({ type: "alert.acknowledge", alertId: alertOf("s0") });
    await over([alertOf("s9"), alertOf("s10")]);
    expect((await own.me.get("/alerts/storm")).body).toMatchObject({ storm: false, firedLastMinute: 10, folded: 1 });
    // What fired before the last minute is no storm any more.
    await over([...agents.map(alertOf), "success_rate:s0"]);
    expect((await own.me.get("/alerts/storm")).body).toMatchObject({ storm: false, firedLastMinute: 0 });
  } finally {
    await own.close();
  }
});
