import type { EventType } from "../domain/events.ts";
import { approvalEndpoints, statusEndpoints } from "../domain/execution/endpoints.ts";
import { pathTo } from "../domain/kernel/endpoint.ts";
import type { Wire } from "../domain/kernel/wire.ts";
import { sessionEndpoints, taskEndpoints } from "../domain/sessions/endpoints.ts";
import { callsOf } from "./calls.ts";
import type { Http } from "./core/http.ts";
import { SwitchyardError } from "./core/problem.ts";
import { sleep } from "./core/retry.ts";
import type { CallControl, Client } from "./types.ts";

type PeopleCalls = Pick<
  Client,
  | "createSession"
  | "updateSession"
  | "getSession"
  | "listSessions"
  | "createTask"
  | "updateTask"
  | "getTask"
  | "listTasks"
  | "fetchStatus"
  | "requestApproval"
  | "approve"
  | "reject"
  | "consumeApproval"
  | "getApproval"
  | "listApprovals"
  | "waitForApproval"
>;

/** Sessions, tasks and approvals: the calls of `Client` that are about them. */
export function peopleCalls(http: Http, tail: Client["tail"]): PeopleCalls {
  const { read, write } = callsOf(http);
  const getApproval: Client["getApproval"] = (approvalId, control) =>
    read(pathTo(approvalEndpoints.one, { id: approvalId }), control);

  return {
    createSession: (session, options) => write("POST", pathTo(sessionEndpoints.create), session, options),
    updateSession: (sessionId, changes, options) =>
      write("PATCH", pathTo(sessionEndpoints.patch, { id: sessionId }), changes, options),
    getSession: (sessionId, control) => read(pathTo(sessionEndpoints.one, { id: sessionId }), control),
    listSessions: (filters, control) => read(pathTo(sessionEndpoints.list, filters ?? {}), control),
    createTask: (task, options) => write("POST", pathTo(taskEndpoints.create), task, options),
    updateTask: (taskId, changes, options) =>
      write("PATCH", pathTo(taskEndpoints.patch, { id: taskId }), changes, options),
    getTask: (taskId, control) => read(pathTo(taskEndpoints.one, { id: taskId }), control),
    listTasks: (filters, control) => read(pathTo(taskEndpoints.list, filters ?? {}), control),
    fetchStatus: (agent, control) => read(pathTo(statusEndpoints.status, { agent: agent ?? undefined }), control),
    requestApproval: (ask, options) => write("POST", pathTo(approvalEndpoints.request), ask, options),
    approve: (approvalId, answer, options) =>
      write("POST", pathTo(approvalEndpoints.approve, { id: approvalId }), answer ?? {}, options),
    reject: (approvalId, answer, options) =>
      write("POST", pathTo(approvalEndpoints.reject, { id: approvalId }), answer ?? {}, options),
    consumeApproval: (approvalId, options) =>
      write("POST", pathTo(approvalEndpoints.consume, { id: approvalId }), {}, options),
    getApproval,
    listApprovals: (filters, control) => read(pathTo(approvalEndpoints.list, filters ?? {}), control),
    waitForApproval: (approvalId, control) => waitForApproval({ getApproval, tail }, approvalId, control),
  };
}

const SETTLED: EventType[] = ["approval.approved", "approval.rejected", "approval.expired"];
/** How often the approval is looked at besides. */
const LOOK_MS = 5_000;

/**
 * See `Client.waitForApproval`. Only what is read of the approval itself ends it; the log's events
 * say when a look is worth it.
 */
async function waitForApproval(
  client: Pick<Client, "getApproval" | "tail">,
  approvalId: string,
  control: CallControl = {},
): Promise<Wire<"approval">> {
  const over = new AbortController();
  const abort = () => over.abort(control.signal?.reason);
  if (control.signal?.aborted) abort();
  control.signal?.addEventListener("abort", abort, { once: true });
  const hints = new Hints();
  const listen = async () => {
    const options = { types: SETTLED, signal: over.signal, onOpen: () => hints.give() };
    for await (const event of client.tail(options)) if (event.subject.id === approvalId) hints.give();
  };
  listen().catch(() => undefined);
  try {
    for (;;) {
      control.signal?.throwIfAborted();
      const approval = await lookAt(client, approvalId, control);
      if (approval && approval.status !== "pending") return approval;
      await hints.wait(LOOK_MS, over.signal);
    }
  } finally {
    control.signal?.removeEventListener("abort", abort);
    over.abort();
  }
}

/** The approval, or undefined when the server cannot be reached now. */
async function lookAt(client: Pick<Client, "getApproval">, approvalId: string, control: CallControl) {
  try {
    return await client.getApproval(approvalId, control);
  } catch (error) {
    control.signal?.throwIfAborted();
    if (error instanceof SwitchyardError && error.retryable) return undefined;
    throw error;
  }
}

/** Signs that something may have changed; one that comes while nobody waits is kept. */
class Hints {
  #given = false;
  #wake: (() => void) | undefined;

  give(): void {
    this.#given = true;
    this.#wake?.();
  }

  /** Resolves at the next hint, after `ms`, or when the signal is aborted. */
  async wait(ms: number, signal: AbortSignal): Promise<void> {
    const slept = new AbortController();
    const wake = () => slept.abort();
    this.#wake = wake;
    signal.addEventListener("abort", wake, { once: true });
    if (this.#given || signal.aborted) wake();
    await sleep(ms, slept.signal).catch(() => undefined);
    signal.removeEventListener("abort", wake);
    this.#wake = undefined;
    this.#given = false;
  }
}
