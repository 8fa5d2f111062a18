import type { Caller } from "./caller.ts";

export interface ShareLimits {
  /** Places in all. */
  total: number;
  /** Places that one tenant may hold at a time. */
  perTenant: number;
  /** Places that one key or person of a tenant may hold at a time. */
  perPrincipal: number;
  /** How many may wait in all, and of one key or person. */
  waiting: number;
  waitingPerPrincipal: number;
  /** How long one waits at most, ms. */
  waitMs: number;
}

/**
 * Why nobody got a place: their own share is used up, everybody's is, or they went away while they
 * waited.
 */
export type Refusal = "own_share" | "all" | "gone";

/** No place was to be had. Nothing has been done. */
export class NoPlace extends Error {
  override readonly name = "NoPlace";
  readonly refusal: Refusal;

  constructor(refusal: Refusal) {
    super(REASONS[refusal]);
    this.refusal = refusal;
  }
}

const REASONS: { readonly [refusal in Refusal]: string } = {
  own_share: "too much is asked for at a time by this caller",
  all: "too much is asked for at a time",
  gone: "the caller has gone",
};

interface Waiter {
  start(): void;
}

interface Queue {
  running: number;
  waiting: Set<Waiter>;
}

interface Tenant {
  running: number;
  waiting: number;
  queues: Map<string, Queue>;
}

/**
 * Places that many share. A place that becomes free goes to the tenant, and within it to the key or
 * person, that has waited for its turn longest, whatever number of others of the same tenant or key
 * wait: one who asks a thousand times waits for themselves. Nothing is kept of who neither holds a
 * place nor waits for one.
 */
export class FairShare {
  readonly #limits: ShareLimits;
  /** In the order of their turns. */
  readonly #tenants = new Map<string, Tenant>();
  #running = 0;
  #waiting = 0;

  constructor(limits: ShareLimits) {
    this.#limits = limits;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** Tenants that hold a place or wait for one. */
  get callers(): number {
    return this.#tenants.size;
  }

  /** Resolves with the way to give the place back, once there is one. Rejects with NoPlace. */
  async enter(caller: Caller): Promise<() => void> {
    if (caller.signal?.aborted) throw new NoPlace("gone");
    const { tenant, queue } = this.#entriesOf(caller);
    if (!this.#hasRoom(tenant, queue)) await this.#wait(caller, tenant, queue);
    else this.#take(tenant, queue);
    return this.#leaver(caller, tenant, queue);
  }

  /** A place at once, as the way to give it back. Throws NoPlace. */
  enterNow(caller: Caller): () => void {
    const { tenant, queue } = this.#entriesOf(caller);
    if (!this.#hasRoom(tenant, queue)) {
      this.#forget(caller, tenant, queue);
      throw new NoPlace(this.#running < this.#limits.total ? "own_share" : "all");
    }
    this.#take(tenant, queue);
    return this.#leaver(caller, tenant, queue);
  }

  #entriesOf({ tenantId, principal }: Caller) {
    const tenant = entry(this.#tenants, tenantId, () => ({ running: 0, waiting: 0, queues: new Map() }));
    return { tenant, queue: entry(tenant.queues, principal, () => ({ running: 0, waiting: new Set() })) };
  }

  #leaver(caller: Caller, tenant: Tenant, queue: Queue): () => void {
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#running -= 1;
      tenant.running -= 1;
      queue.running -= 1;
      this.#forget(caller, tenant, queue);
      this.#startNext();
    };
  }

  /** Does something in a place of its own. */
  async run<T>(caller: Caller, work: () => Promise<T>): Promise<T> {
    const leave = await this.enter(caller);
    try {
      return await work();
    } finally {
      leave();
    }
  }

  #hasRoom(tenant: Tenant, queue: Queue): boolean {
    const { total, perTenant, perPrincipal } = this.#limits;
    return this.#running < total && tenant.running < perTenant && queue.running < perPrincipal;
  }

  #take(tenant: Tenant, queue: Queue): void {
    this.#running += 1;
    tenant.running += 1;
    queue.running += 1;
  }

  #wait(caller: Caller, tenant: Tenant, queue: Queue): Promise<void> {
    const { waiting, waitingPerPrincipal, waitMs } = this.#limits;
    const { signal } = caller;
    return new Promise((resolve, reject) => {
      const refuse = (refusal: Refusal) => {
        this.#forget(caller, tenant, queue);
        reject(new NoPlace(refusal));
      };
      if (queue.waiting.size >= waitingPerPrincipal) return refuse("own_share");
      if (this.#waiting >= waiting) return refuse("all");
      const stopWaiting = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", leave);
        queue.waiting.delete(waiter);
        tenant.waiting -= 1;
        this.#waiting -= 1;
      };
      const leave = () => {
        stopWaiting();
        refuse("gone");
      };
      const waiter = {
        start: () => {
          stopWaiting();
          this.#take(tenant, queue);
          resolve();
        },
      };
      const timer = setTimeout(() => {
        stopWaiting();
        refuse(queue.running > 0 ? "own_share" : "all");
      }, waitMs);
      signal?.addEventListener("abort", leave, { once: true });
      queue.waiting.add(waiter);
      tenant.waiting += 1;
      this.#waiting += 1;
    });
  }

  #startNext(): void {
    while (this.#running < this.#limits.total && this.#waiting > 0) {
      const waiter = this.#next();
      if (!waiter) return;
      waiter.start();
    }
  }

  /** Whose turn it is; they go to the end of the order. */
  #next(): Waiter | undefined {
    for (const [tenantId, tenant] of this.#tenants) {
      if (tenant.waiting === 0 || tenant.running >= this.#limits.perTenant) continue;
      for (const [principal, queue] of tenant.queues) {
        const [waiter] = queue.waiting;
        if (!waiter || queue.running >= this.#limits.perPrincipal) continue;
        moveToEnd(this.#tenants, tenantId, tenant);
        moveToEnd(tenant.queues, principal, queue);
        return waiter;
      }
    }
    return undefined;
  }

  #forget({ tenantId, principal }: Caller, tenant: Tenant, queue: Queue): void {
    if (queue.running === 0 && queue.waiting.size === 0 && tenant.queues.get(principal) === queue)
      tenant.queues.delete(principal);
    if (tenant.queues.size === 0 && this.#tenants.get(tenantId) === tenant) this.#tenants.delete(tenantId);
  }
}

function entry<V>(map: Map<string, V>, key: string, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}

function moveToEnd<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
}
