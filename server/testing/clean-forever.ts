/**
 * A process that does runs of a tenant and cleans them up, over and over, for tests that kill it:
 * `tsx clean-forever.ts <url> <tenant>`.
 */
import { randomUUID } from "node:crypto";
import { Registry } from "prom-client";
import type { Mutation } from "../../domain/commit/mutations.ts";
import { createDatabase } from "../database/client.ts";
import { createStore } from "../store/index.ts";
import { laneDatabase } from "../store/lane/lane-database.ts";
import { cleanUpTenant } from "../store/maintenance/cleanup.ts";

const [url = "", tenantId = ""] = process.argv.slice(2);
const { pool } = createDatabase(url, { max: 4 });
const queries = laneDatabase(pool);
const store = createStore({ pool, registry: new Registry(), idempotencyTtlSeconds: 3600 });
const by = { id: "key:test", actor: "key:test" };
const { signal } = new AbortController();

const work = (runId: string): Mutation[] => [
  { type: "run.create", runId, workflow: "w", completion: "auto" },
  { type: "workstream.create", runId, workstreamId: `${runId}-w`, title: "Work" },
  ...Array.from({ length: 20 }, (_, index): Mutation => {
    return {
      type: "job.enqueue",
      jobId: `${runId}-${index}`,
      runId,
      workstreamId: `${runId}-w`,
      queue: `q${index % 2}`,
    };
  }),
  ...Array.from({ length: 20 }, (_, index): Mutation[] => [
    { type: "job.start", jobId: `${runId}-${index}`, agentKey: "a" },
    { type: "job.complete", jobId: `${runId}-${index}`, durationMs: index },
  ]).flat(),
];

for (let n = 0; ; n += 1) {
  for (let times = 0; times < 40; times += 1) await store.commit(tenantId, by, { mutations: work(randomUUID()) });
  if (n === 0) process.stdout.write("under way\n");
  await cleanUpTenant({ queries, store }, tenantId, by, { olderThan: new Date().toISOString(), signal });
}
