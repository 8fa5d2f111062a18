import type { Wire } from "../domain/wire.ts";
import { SwitchyardError } from "./errors.ts";
import { backoffMs, DEFAULT_RETRY, sleep } from "./retry.ts";
import type { CallOptions, Query, Transport } from "./transport.ts";
import type { CallControl, Client, WriteOptions } from "./types.ts";

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
export function peopleCalls(transport: Transport, tail: Client["tail"]): PeopleCalls {
  const read = <T>(path: string, control?: CallControl, query?: Query) =>
    transport.call<T>("GET", path, { ...(control as CallOptions), ...(query && { query }) });
  const write = <T>(method: string, path: string, body: object, options: WriteOptions = {}) => {
    const { ifVersion, idempotencyKey, ...control } = options;
    const headers = {
      "idempotency-key": idempotencyKey ?? globalThis.crypto.randomUUID(),
      ...(ifVersion !== undefined && { "if-match": `"${ifVersion}"` }),
    };
    return transport.call<T>(method, path, { ...control, body, headers });
  };
  const at = (collection: string, id: string, verb = "") => `/${collection}/${encodeURIComponent(id)}${verb}`;
  const getApproval: Client["getApproval"] = (approvalId, control) => read(at("approvals", approvalId), control);

  return {
    createSession: (session, options) => write("POST", "/sessions", session, options),
    updateSession: (sessionId, changes, options) => write("PATCH", at("sessions", sessionId), changes, options),
    getSession: (sessionId, control) => read(at("sessions", sessionId), control),
    listSessions: (filters, control) => read("/sessions", control, filters),
    createTask: (task, options) => write("POST", "/tasks", task, options),
    updateTask: (taskId, changes, options) => write("PATCH", at("tasks", taskId), changes, options),
    getTask: (taskId, control) => read(at("tasks", taskId), control),
    listTasks: (filters, control) => read("/tasks", control, filters),
    fetchStatus: (agent, control) => read("/status", control, { agent }),
    requestApproval: (ask, options) => write("POST", "/approvals", ask, options),
    approve: (approvalId, answer, options) =>
      write("POST", at("approvals", approvalId, "/approve"), answer ?? {}, options),
    reject: (approvalId, answer, options) =>
      write("POST", at("approvals", approvalId, "/reject"), answer ?? {}, options),
    consumeApproval: (approvalId, options) => write("POST", at("approvals", approvalId, "/consume"), {}, options),
    getApproval,
    listApprovals: (filters, control) => read("/approvals", control, filters),
    waitForApproval: (approvalId, control) => waitForApproval({ getApproval, tail }, approvalId, control),
  };
}

const SETTLED = ["approval.approved", "approval.rejected", "approval.expired"];

/** See `Client.waitForApproval`. Each connection begins with a look, so what happened while there was none is not missed. */
async function waitForApproval(
  client: Pick<Client, "getApproval" | "tail">,
  approvalId: string,
  control: CallControl = {},
): Promise<Wire<"approval">> {
  for (let failures = 0; ; ) {
    control.signal?.throwIfAborted();
    try {
      const found = await untilSettled(client, approvalId, control, () => {
        failures = 0;
      });
      if (found) return found;
    } catch (error) {
      control.signal?.throwIfAborted();
      if (!(error instanceof SwitchyardError) || !error.retryable) throw error;
    }
    failures += 1;
    await sleep(backoffMs(DEFAULT_RETRY, failures, Math.random), control.signal);
  }
}

/** The settled approval, or undefined when the connection has ended before it was. */
async function untilSettled(
  client: Pick<Client, "getApproval" | "tail">,
  approvalId: string,
  control: CallControl,
  onSeen: () => void,
): Promise<Wire<"approval"> | undefined> {
  const over = new AbortController();
  const { signal } = over;
  const abort = () => over.abort();
  control.signal?.addEventListener("abort", abort, { once: true });
  let found: Wire<"approval"> | undefined;
  let fault: unknown;
  const look = async () => {
    try {
      const approval = await client.getApproval(approvalId, { ...control, signal });
      onSeen();
      if (approval.status !== "pending") found = approval;
    } catch (error) {
      fault = error;
    }
    if (found || fault) abort();
  };
  let looking = Promise.resolve();
  const onOpen = () => {
    looking = look();
  };
  try {
    for await (const event of client.tail({ types: SETTLED, signal, onOpen })) {
      if (event.subject.id === approvalId) await look();
    }
  } catch (error) {
    if (!signal.aborted) fault ??= error;
  } finally {
    control.signal?.removeEventListener("abort", abort);
  }
  await looking;
  if (found) return found;
  if (fault) throw fault;
  return undefined;
}
