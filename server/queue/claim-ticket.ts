/** What a worker asks for. */
export interface Claimer {
  agentKey: string;
  /** What it can do beyond what its agent registered. */
  capabilities: readonly string[];
  /** Only from these; null for any. */
  queues: readonly string[] | null;
}

/** Something that can be claimed now; null stands for any. */
export interface Offer {
  queue: string | null;
  capability: string | null;
  agentKey: string | null;
}

/** Workers of one agent that ask for the same: what one of them does not find, none of them would. */
export interface Group {
  readonly name: string;
  readonly claimer: Claimer;
  members: number;
  /** Offers up to this place have been looked at in vain. */
  lookedAt: number;
  /** What the agent has registered; null while it is not known, then anything may suit. */
  capabilities: readonly string[] | null;
}

export const groupName = ({ agentKey, capabilities, queues }: Claimer): string =>
  JSON.stringify([agentKey, [...capabilities].sort(), queues && [...queues].sort()]);

export function suits({ claimer, capabilities }: Group, offer: Offer): boolean {
  const { agentKey, capability, queue } = offer;
  if (agentKey !== null && agentKey !== claimer.agentKey) return false;
  if (queue !== null && claimer.queues !== null && !claimer.queues.includes(queue)) return false;
  return (
    capability === null ||
    capabilities === null ||
    capabilities.includes(capability) ||
    claimer.capabilities.includes(capability)
  );
}

interface DeskOfTicket {
  readonly place: number;
  settle(ticket: Ticket, at: number): void;
  leave(ticket: Ticket): void;
}

/** One worker's place at a desk. */
export class Ticket {
  readonly group: Group;
  readonly #desk: DeskOfTicket;
  #lookedAt = 0;
  #wake: (() => void) | null = null;

  constructor(desk: DeskOfTicket, group: Group) {
    this.#desk = desk;
    this.group = group;
  }

  get isWaiting(): boolean {
    return this.#wake !== null;
  }

  wake(): void {
    this.#wake?.();
  }

  /** Call before each look. */
  look(): void {
    this.#lookedAt = this.#desk.place;
  }

  /**
   * After a look that found nothing: waits for a reason to look again (true). False when `ms` have passed or `signal` aborts first.
   * The look was `at` (ms, the database's clock); `registered` is what the agent can do, as far as it told.
   */
  wait(ms: number, signal: AbortSignal, at: number, registered?: readonly string[]): Promise<boolean> {
    const { group } = this;
    group.lookedAt = Math.max(group.lookedAt, this.#lookedAt);
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
      else this.#desk.settle(this, at);
    });
  }

  /** Gives the place up. What it was woken for and did not take goes to others. */
  leave(): void {
    this.#desk.leave(this);
  }
}
