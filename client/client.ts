import { agentEndpoints } from "../domain/agents/endpoints.ts";
import { alertEndpoints } from "../domain/alerts/endpoints.ts";
import { commitEndpoint } from "../domain/commit/commit-endpoint.ts";
import { eventEndpoints } from "../domain/commit/endpoints.ts";
import type { ClientMutationInput } from "../domain/commit/mutations.ts";
import { runEndpoints, workstreamEndpoints } from "../domain/execution/endpoints.ts";
import { jobEndpoints } from "../domain/execution/job/endpoints.ts";
import { pathTo } from "../domain/kernel/endpoint.ts";
import { CommitBuffer } from "./buffer.ts";
import { callsOf } from "./calls.ts";
import { createClaim } from "./claim.ts";
import { createHttp } from "./core/http.ts";
import { follow, followEvents } from "./follow.ts";
import { routingCalls } from "./routing.ts";
import { runJob } from "./run-job.ts";
import { peopleCalls } from "./sessions.ts";
import { tail } from "./tail.ts";
import type { Client, ClientOptions, CommitOptions } from "./types.ts";

/**
 * A client of one server, as one principal. `retry` and `timeoutMs` are defaults that every call
 * can override. It holds no connection between calls; a `follow` has one socket of its own.
 */
export function createClient(options: ClientOptions): Client {
  const { url, ...how } = options;
  const http = createHttp({ ...how, base: `${url.replace(/\/+$/, "")}/api/v1` });
  const { read, write } = callsOf(http);

  const commit = (mutations: ClientMutationInput[], { expect, ...control }: CommitOptions = {}) =>
    write("POST", pathTo(commitEndpoint), { mutations, ...(expect && { expect }) }, control);

  const client: Client = {
    commit,
    buffer: () => new CommitBuffer(commit),
    getRun: (runId, control) => read(pathTo(runEndpoints.one, { id: runId }), control),
    listRuns: (filters, control) => read(pathTo(runEndpoints.list, filters ?? {}), control),
    listWorkstreams: (filters, control) => read(pathTo(workstreamEndpoints.list, filters ?? {}), control),
    getJob: (jobId, control) => read(pathTo(jobEndpoints.one, { id: jobId }), control),
    listJobs: (filters, control) => read(pathTo(jobEndpoints.list, filters ?? {}), control),
    getAgent: (agentKey, control) => read(pathTo(agentEndpoints.one, { id: agentKey }), control),
    listAgents: (control) => read(pathTo(agentEndpoints.list), control),
    listAlerts: (filters, control) => read(pathTo(alertEndpoints.list, filters ?? {}), control),
    listEvents: (filters, control) => read(pathTo(eventEndpoints.list, filters ?? {}), control),
    ...routingCalls(http),
    ...peopleCalls(http, (asked) => tail(client, http, asked, options.timing)),
    claim: createClaim(http, options),
    // Without a key: a heartbeat sent twice does no harm, and the server need not remember its
    // answer.
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
