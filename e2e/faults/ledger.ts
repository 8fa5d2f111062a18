import type { ClientMutationInput } from "../../domain/commit/mutations.ts";
import type { Receipt } from "../../domain/kernel/receipt.ts";

/**
 * How a commit stands to the one who sent it. sent → acknowledged (a receipt came) | refused (the
 * state forbids it) | unknown (no answer, or one that says "try again": it may have happened all
 * the same) → acknowledged | refused, by the answer to the same request under the same key. What
 * was refused may be accepted when it is asked again, as the state has moved on; what was
 * acknowledged stays so.
 */
export type Standing = "sent" | "acknowledged" | "refused" | "unknown";

/**
 * One commit that was sent under an idempotency key. Its last mutation appends an event that
 * carries the key: its mark.
 */
export interface Sent {
  readonly key: string;
  readonly mutations: readonly ClientMutationInput[];
  standing: Standing;
  /** How many requests for it were not answered, or were asked to try again. */
  unheard: number;
  /** What came back each time, and when, for who looks into a failed round. */
  readonly answers: string[];
  receipt: Receipt | null;
  /** What was answered otherwise. */
  refusal: string | null;
  /** The attempt that this commit ends, if it does. */
  ends: (Held & { as: "completed" | "failed" }) | null;
}

/** What an agent was given: an attempt of a job, with the lease that fences it. */
export interface Held {
  jobId: string;
  attempt: number;
  agentKey: string;
  leaseToken: string;
}

export const MARK = "x.mark";

/** What the clients know: every commit they have sent, and its answer. */
export class Ledger {
  readonly sent: Sent[] = [];
  /** Two answers to one request that differ, and whatever else a client can see by itself. */
  readonly faults: string[] = [];
  #keys = 0;

  open(prefix: string, mutations: readonly ClientMutationInput[], ends: Sent["ends"] = null): Sent {
    this.#keys += 1;
    const key = `${prefix}-${this.#keys}`;
    const mark: ClientMutationInput = { type: "event.append", eventType: MARK, payload: { key } };
    const sent: Sent = {
      key,
      mutations: [...mutations, mark],
      standing: "sent",
      unheard: 0,
      answers: [],
      receipt: null,
      refusal: null,
      ends,
    };
    this.sent.push(sent);
    return sent;
  }

  of(standing: Standing): Sent[] {
    return this.sent.filter((sent) => sent.standing === standing);
  }
}
