import { AsyncLocalStorage } from "node:async_hooks";

/** On whose behalf something is read. */
export interface Caller {
  readonly tenantId: string;
  /** Within the tenant: a key, a person, or a part of the server. */
  readonly principal: string;
  /** Aborts when nobody waits for the answer any more. */
  readonly signal?: AbortSignal;
}

const NOBODY: Caller = { tenantId: "", principal: "" };
const callers = new AsyncLocalStorage<Caller>();

/** Runs something on behalf of a caller: what it reads, now or later, counts as theirs. */
export function runAs<T>(caller: Caller, work: () => T): T {
  return callers.run(caller, work);
}

/** On whose behalf the code at hand runs. */
export function currentCaller(): Caller {
  return callers.getStore() ?? NOBODY;
}
