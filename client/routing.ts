import { routingEndpoints } from "../domain/agents/endpoints.ts";
import { pathTo } from "../domain/kernel/endpoint.ts";
import type { Wire } from "../domain/kernel/wire.ts";
import { callsOf } from "./calls.ts";
import type { Http } from "./core/http.ts";
import { SwitchyardError } from "./core/problem.ts";
import { thrownText } from "./storable.ts";
import type { Client, RouteTaskRequest, RouteTry, WriteOptions } from "./types.ts";

type RoutingCalls = Pick<
  Client,
  "decideRouting" | "reportRouting" | "getDecision" | "listDecisions" | "routeTaskWithFallback"
>;

const MAX_ATTEMPTS = 5;

/**
 * Every agent that was tried has failed, or no further one could take the task. `cause` is what the
 * last one threw.
 */
export class RoutingFailed extends Error {
  override readonly name = "RoutingFailed";
  constructor(
    readonly taskId: string,
    /** Each decision that was made, with what its agent threw, in order. */
    readonly tries: readonly RouteTry[],
  ) {
    const last = tries.at(-1);
    super(`task ${taskId} failed with ${tries.map(({ decision }) => decision.selectedAgent).join(", ")}`, {
      cause: last?.error,
    });
  }
}

/** Routing decisions: the calls of `Client` that are about them. */
export function routingCalls(http: Http): RoutingCalls {
  const { read, write } = callsOf(http);
  const unversioned = ({ ifVersion: _, ...options }: WriteOptions = {}) => options;

  const calls: Omit<RoutingCalls, "routeTaskWithFallback"> = {
    decideRouting: (task, options) => write("POST", pathTo(routingEndpoints.decide), task, unversioned(options)),
    reportRouting: (decisionId, outcome, options) =>
      write("POST", pathTo(routingEndpoints.outcome, { id: decisionId }), outcome, unversioned(options)),
    getDecision: (decisionId, control) => read(pathTo(routingEndpoints.one, { id: decisionId }), control),
    listDecisions: (filters, control) => read(pathTo(routingEndpoints.list, filters ?? {}), control),
  };
  return { ...calls, routeTaskWithFallback: (task, work) => routeTaskWithFallback(calls, task, work) };
}

type Work<T> = Parameters<typeof routeTaskWithFallback<T>>[2];

/** See `Client.routeTaskWithFallback`. */
async function routeTaskWithFallback<T>(
  client: Pick<Client, "decideRouting" | "reportRouting">,
  request: RouteTaskRequest,
  work: (agentKey: string, context: { decision: Wire<"decision">; signal?: AbortSignal }) => Promise<T> | T,
) {
  const { maxAttempts = MAX_ATTEMPTS, signal, retry, timeoutMs, ...task } = request;
  const control = { ...(signal && { signal }), ...(timeoutMs && { timeoutMs }), ...(retry && { retry }) };
  // The outcome must reach the server even when the caller's signal has been aborted since.
  const report = retry ? { retry } : {};
  const tries: RouteTry[] = [];
  for (;;) {
    signal?.throwIfAborted();
    const last = tries.at(-1);
    const asked = { ...task, ...(last && { fallbackOf: last.decision.decisionId }) };
    const decision = await client.decideRouting(asked, control).catch((error: unknown) => {
      if (last && error instanceof SwitchyardError && error.has("no_agent"))
        throw new RoutingFailed(task.taskId, tries);
      throw error;
    });
    const { decisionId, selectedAgent } = decision;
    const started = performance.now();
    const took = () => Math.round(performance.now() - started);
    const end = await attempt(work, decision, signal);
    if ("result" in end) {
      await client.reportRouting(decisionId, { success: true, durationMs: took() }, report);
      return { result: end.result, agentKey: selectedAgent, decision, tries };
    }
    // Who gave up says nothing of the agent: the decision stays without an outcome.
    if (signal?.aborted) throw signal.reason;
    await client.reportRouting(
      decisionId,
      { success: false, durationMs: took(), error: thrownText(end.error) },
      report,
    );
    tries.push({ decision, error: end.error });
    if (tries.length >= maxAttempts || !isRetryable(end.error)) throw new RoutingFailed(task.taskId, tries);
  }
}

async function attempt<T>(
  work: Work<T>,
  decision: Wire<"decision">,
  signal: AbortSignal | undefined,
): Promise<{ result: T } | { error: unknown }> {
  try {
    return { result: await work(decision.selectedAgent, { decision, ...(signal && { signal }) }) };
  } catch (error) {
    return { error };
  }
}

function isRetryable(error: unknown): boolean {
  return !(typeof error === "object" && error !== null && "retryable" in error && error.retryable === false);
}
