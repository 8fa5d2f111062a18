import type { ClientMutationInput } from "../domain/commit/mutations.ts";
import type { Receipt } from "../domain/kernel/receipt.ts";
import { CommitBuffer } from "./buffer.ts";
import { callsOf, pathOf } from "./calls.ts";
import { createClaim } from "./claim.ts";
import { createHttp } from "./core/http.ts";
import { follow, followEvents } from "./follow.ts";
import { routingCalls } from "./routing.ts";
import { runJob } from "./run-job.ts";
import { peopleCalls } from "./sessions.ts";
import { tail } from "./tail.ts";
import type { Client, ClientOptions, CommitOptions } from "./types.ts";

/**
 * A client of one server, as one principal. `retry` and `timeoutMs` are defaults that every call can override. It holds no connection
 * between calls; a `follow` has one socket of its own.
 */
export function createClient(options: ClientOptions): Client {
  const { url, ...how } = options;
  const http = createHttp({ ...how, base: `${url.replace(/\/+$/, "")}/api/v1` });
  const { read, write } = callsOf(http);

  const commit = (mutations: ClientMutationInput[], { expect, ...control }: CommitOptions = {}) =>
    write<Receipt>("POST", "/commits", { mutations, ...(expect && { expect }) }, control);

  const client: Client = {
    commit,
    buffer: () => new CommitBuffer(commit),
    getRun: (runId, control) => read(pathOf("runs", runId), control),
    listRuns: (filters, control) => read("/runs", control, filters),
    listWorkstreams: (filters, control) => read("/workstreams", control, filters),
    getJob: (jobId, control) => read(pathOf("jobs", jobId), control),
    listJobs: (filters, control) => read("/jobs", control, filters),
    getAgent: (agentKey, control) => read(pathOf("agents", agentKey), control),
    listAgents: (control) => read("/agents", control),
    listAlerts: (filters, control) => read("/alerts", control, filters),
    listEvents: (filters, control) => read("/events", control, filters),
    ...routingCalls(http),
    ...peopleCalls(http, (asked) => tail(client, http, asked, options.timing)),
    claim: createClaim(http, options),
    // Without a key: a heartbeat sent twice does no harm, and the server need not remember its answer.
    heartbeat: (lease, control) => {
      const body = { mutations: [{ type: "job.heartbeat", ...lease }] };
      return http.call("POST", "/commits", { ...control, body, repeatable: true });
    },
    complete: (end, control) => commit([{ type: "job.complete", ...end }], control),
    fail: (end, control) => commit([{ type: "job.fail", ...end }], control),
    timeOut: (end, control) => commit([{ type: "job.timeout", ...end }], control),
    runJob: (request, work) => runJob(client, request, work),
    follow: (following, onEvents) => follow({ ...following, ...connection(options), client }, onEvents),
    events: (following) => followEvents({ ...following, ...connection(options), client }),
    tail: (asked) => tail(client, http, asked, options.timing),
  };
  return client;
}

const connection = ({ url, key, retry, timing }: ClientOptions) => ({
  url,
  key,
  ...(retry && { retry }),
  ...(timing && { timing }),
});
