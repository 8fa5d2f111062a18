import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { forTenant } from "../../../database/tenant.ts";
import { createTestDatabase, type TestDatabase } from "../../../testing/database.ts";
import { openStore } from "../../lane/lane.test-kit.ts";
import { countAlerts, listAlerts } from "../alerts/alerts.ts";
import { listJobs } from "../execution/jobs.ts";

const tenantId = "t";
/** Alert titles and job steps, by id. */
const TEXTS: { readonly [id: string]: string } = {
  ascii: "INBOX is full",
  umlaut: "Über die ÖFEN",
  greek: "ΟΔΟΣ closed",
  percent: "100% of disk",
  plain: "100 of disk",
  underscore: "a_b stopped",
  dash: "a-b stopped",
  backslash: "C:\\temp is full",
  slash: "C:/temp is full",
  signs: "what (is) [this]? ^a.b$ {2} a|b *+",
};

describe.each([
  ["as the embedded one has it", undefined],
  ["C", "LOCALE_PROVIDER libc LOCALE 'C'"],
  ["Turkish of ICU", "LOCALE_PROVIDER icu ICU_LOCALE 'tr-TR' LOCALE 'C'"],
  ["C.UTF-8 built in", "LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'"],
])("a search in a database whose locale is %s", (_name, locale) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase({}, locale);
    const store = await openStore(database, tenantId);
    const by = { id: "system:clock", actor: "system:clock" };
    await store.commit(tenantId, by, {
      mutations: [
        { type: "run.create", runId: "r", workflow: "w" },
        ...Object.entries(TEXTS).flatMap(([id, title]) => [
          { type: "job.enqueue", jobId: id, runId: "r", step: title } as const,
          {
            ...({ type: "alert.fire", alertId: id, ruleId: "success_rate", title, detail: null } as const),
            ...{ subject: { kind: "run", id: `run-${id}` }, runId: null, value: null, threshold: null, causeId: null },
          },
        ]),
      ],
    });
    await store.close();
  });
  afterAll(() => database.drop());

  const found = async (q: string) => {
    const { prisma } = database;
    const scope = { prisma, tenantId, now: Date.now() };
    const db = forTenant(prisma, tenantId);
    const alerts = await listAlerts(db, scope, { status: ["firing"], q, limit: 100 });
    const byUrgency = await listAlerts(db, scope, { status: ["firing"], sort: "urgency", q, limit: 100 });
    const { byStatus } = await countAlerts(scope, { q });
    const jobs = await listJobs(db, scope, { q, limit: 100 });
    const ids = alerts.items.map(({ id }) => id).sort();
    expect(byUrgency.items.map(({ id }) => id).sort()).toEqual(ids);
    expect(byStatus.firing).toBe(ids.length);
    expect(jobs.items.map(({ id }) => id).sort()).toEqual(ids);
    return ids;
  };

  test.each([
    ["inbox", ["ascii"]],
    ["InBoX IS", ["ascii"]],
    ["üBER DIE öfen", ["umlaut"]],
    ["οδος", ["greek"]],
    ["100%", ["percent"]],
    ["100% of", ["percent"]],
    ["%", ["percent"]],
    ["A_B", ["underscore"]],
    ["_", ["underscore"]],
    ["c:\\TEMP", ["backslash"]],
    ["\\", ["backslash"]],
    ["(IS) [THIS]? ^A.B$ {2} A|B *+", ["signs"]],
    ["a.b", ["signs"]],
    ["***=a", []],
    ["stopped", ["dash", "underscore"]],
  ])("finds by %s what has it, whatever the case: in the list, in the counts and among jobs alike", async (q, ids) => {
    expect(await found(q)).toEqual(ids);
  });
});
