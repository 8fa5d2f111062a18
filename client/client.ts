import type { ClientMutationInput } from "../domain/commit/mutations.ts";
import type { Receipt } from "../domain/kernel/receipt.ts";
import { CommitBuffer } from "./buffer.ts";
import { createClaim } from "./claim.ts";
import { follow, followEvents } from "./follow.ts";
import { routingCalls } from "./routing.ts";
import { runJob } from "./run-job.ts";
import { peopleCalls } from "./sessions.ts";
import { tail } from "./tail.ts";
import { type CallOptions, createTransport, type Query, type TransportOptions } from "./transport.ts";
import type { CallControl, Client, CommitOptions } from "./types.ts";

export type ClientOptions = TransportOptions;

/**
 * A client of one server, as one principal. `retry` and `timeoutMs` are defaults that every call can override. It holds no connection
 * between calls; a `follow` has one socket of its own.
 */
export function createClient(options: ClientOptions): Client {
  const transport = createTransport(options);

  const commit = (mutations: ClientMutationInput[], { expect, idempotencyKey, ...control }: CommitOptions = {}) =>
    transport.call<Receipt>("POST", "/commits", {
      ...control,
      body: { mutations, ...(expect && { expect }) },
      headers: { "idempotency-key": idempotencyKey ?? globalThis.crypto.randomUUID() },
    });
  const read = <T>(path: string, control?: CallControl, query?: Query) =>
    transport.call<T>("GET", path, { ...(control as CallOptions), ...(query && { query }) });
  const one = (collection: string, id: string) => `/${collection}/${encodeURIComponent(id)}`;

  const client: Client = {
    commit,
    buffer: () => new CommitBuffer(commit),
    getRun: (runId, control) => read(one("runs", runId), control),
    listRuns: (filters, control) => read("/runs", control, filters),
    listWorkstreams: (filters, control) => read("/workstreams", control, filters),
    getJob: (jobId, control) => read(one("jobs", jobId), control),
    listJobs: (filters, control) => read("/jobs", control, filters),
    getAgent: (agentKey, control) => read(one("agents", agentKey), control),
    listAgents: (control) => read("/agents", control),
    listAlerts: (filters, control) => read("/alerts", control, filters),
    listEvents: (filters, control) => read("/events", control, filters),
    ...routingCalls(transport),
    ...peopleCalls(transport, (asked) => tail(client, transport, asked, options.timing)),
    claim: createClaim(transport, options),
    // Without a key: a beat told twice does no harm, and the server need not remember its answer.
    heartbeat: (lease, control) =>
      transport.call("POST", "/commits", { ...control, body: { mutations: [{ type: "job.heartbeat", ...lease }] } }),
    complete: (end, control) => commit([{ type: "job.complete", ...end }], control),
    fail: (end, control) => commit([{ type: "job.fail", ...end }], control),
    timeOut: (end, control) => commit([{ type: "job.timeout", ...end }], control),
    runJob: (request, work) => runJob(client, request, work),
    follow: (following, onEvents) => follow({ ...following, ...connection(options), client }, onEvents),
    events: (following) => followEvents({ ...following, ...connection(options), client }),
    tail: (asked) => tail(client, transport, asked, options.timing),
  };
  return client;
}

const connection = ({ url, key, retry, timing }: ClientOptions) => ({
  url,
  key,
  ...(retry && { retry }),
  ...(timing && { timing }),
});
