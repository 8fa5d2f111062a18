/** What a worker asks for. */
export interface Claimer {
  agentKey: string;
  /** Capabilities beyond those its agent registered. */
  capabilities: readonly string[];
  /** Only jobs of these queues; null: any. */
  queues: readonly string[] | null;
}

/** Something claimable now; null: any. */
export interface Opening {
  queue: string | null;
  capability: string | null;
  agentKey: string | null;
}

/** Workers of one agent that ask for the same: if one finds nothing, so would the others. */
export interface Group {
  readonly name: string;
  readonly claimer: Claimer;
  members: number;
  /** Openings up to this number were checked in vain. */
  checkedUpTo: number;
  /** The agent's registered capabilities; null while unknown: then anything may suit. */
  capabilities: readonly string[] | null;
}

export const groupName = ({ agentKey, capabilities, queues }: Claimer): string =>
  JSON.stringify([agentKey, [...capabilities].sort(), queues && [...queues].sort()]);

export function suits({ claimer, capabilities }: Group, opening: Opening): boolean {
  const { agentKey, capability, queue } = opening;
  if (agentKey !== null && agentKey !== claimer.agentKey) return false;
  if (queue !== null && claimer.queues !== null && !claimer.queues.includes(queue)) return false;
  return (
    capability === null ||
    capabilities === null ||
    capabilities.includes(capability) ||
    claimer.capabilities.includes(capability)
  );
}

interface WaitersOfTenant {
  readonly place: number;
  settle(waiter: Waiter, at: number): void;
  leave(waiter: Waiter): void;
}

/** One waiting worker. */
export class Waiter {
  readonly group: Group;
  readonly #tenant: WaitersOfTenant;
  #checkedUpTo = 0;
  #wake: (() => void) | null = null;

  constructor(tenant: WaitersOfTenant, group: Group) {
    this.#tenant = tenant;
    this.group = group;
  }

  get isWaiting(): boolean {
    return this.#wake !== null;
  }

  wake(): void {
    this.#wake?.();
  }

  /** Call before each check. */
  beginCheck(): void {
    this.#checkedUpTo = this.#tenant.place;
  }

  /**
   * After a check that found nothing: waits for a reason to check again (true). False when `ms`
   * have passed or `signal` aborts first. The check was `at` (ms, the database's clock);
   * `registered` are the agent's capabilities, if known.
   */
  wait(ms: number, signal: AbortSignal, at: number, registered?: readonly string[]): Promise<boolean> {
    const { group } = this;
    group.checkedUpTo = Math.max(group.checkedUpTo, this.#checkedUpTo);
    if (registered) group.capabilities = registered;
    return new Promise((resolve) => {
      const done = (woken: boolean) => {
        clearTimeout(timer);
        signal.removeEventListener("abort", giveUp);
        this.#wake = null;
        resolve(woken);
      };
      const giveUp = () => done(false);
      const timer = setTimeout(giveUp, Math.max(0, ms));
      signal.addEventListener("abort", giveUp);
      this.#wake = () => done(true);
      if (signal.aborted) giveUp();
      else this.#tenant.settle(this, at);
    });
  }

  /** Stops waiting. The opening it was woken for and did not take goes to others. */
  leave(): void {
    this.#tenant.leave(this);
  }
}
