/**
 * A process that commits to a tenant's log and trims it, over and over, for tests that kill it:
 * `tsx trim-forever.ts <url> <tenant> <archive>`.
 */
import { pino } from "pino";
import { Registry } from "prom-client";
import { createDatabase } from "../database/client.ts";
import { createStore } from "../store/index.ts";
import { laneDatabase } from "../store/lane/lane-database.ts";
import { createRetention } from "../store/maintenance/retention.ts";

const [url = "", tenantId = "", archiveDir = ""] = process.argv.slice(2);
const { pool } = createDatabase(url, { max: 4 });
const registry = new Registry();
const store = createStore({ pool, registry, idempotencyTtlSeconds: 3600 });
const retention = createRetention({
  queries: laneDatabase(pool),
  store,
  registry,
  log: pino({ level: "silent" }),
  keepMs: 0,
  archiveDir,
  pauseMs: 0,
  segmentEvents: 7,
});
const by = { id: "key:test", actor: "key:test" };
for (let n = 0; ; n += 1) {
  const note = { type: "event.append" as const, eventType: "x.note" as const, payload: { n } };
  for (let times = 0; times < 10; times += 1) await store.commit(tenantId, by, { mutations: [note, note] });
  await retention.trim(tenantId);
  if (n === 0) process.stdout.write("under way\n");
}
