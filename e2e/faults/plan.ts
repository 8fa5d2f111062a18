import { Random } from "./random.ts";

/** What breaks in the middle of the load. */
export type Fault =
  | "server killed"
  | "postgres killed"
  | "both killed"
  | "server frozen, then killed"
  | "database frozen, then server killed"
  | "server asked to stop"
  | "database stopped for a while";

/** One round, as its seed says. */
export interface Plan {
  seed: number;
  fault: Fault;
  /**
   * It breaks when so many commits have been acknowledged: a slow machine gets as far as a fast
   * one.
   */
  afterCommits: number;
  /** How long what is frozen or stopped stays so, ms. */
  frozenMs: number;
  /** The next server is killed too, so long after its process began; null: it is left alone. */
  killAgainAfterMs: number | null;
  orchestrators: number;
  workers: number;
}

const WEIGHTS: { readonly [fault in Fault]: number } = {
  "server killed": 40,
  "postgres killed": 15,
  "both killed": 15,
  "server frozen, then killed": 10,
  "database frozen, then server killed": 5,
  "database stopped for a while": 10,
  "server asked to stop": 5,
};

export function planOf(seed: number): Plan {
  const random = new Random(seed).fork("plan");
  const fault = random.weighed(WEIGHTS);
  return {
    seed,
    fault,
    afterCommits: random.int(5, 300),
    frozenMs: random.int(100, 900),
    killAgainAfterMs: fault !== "database stopped for a while" && random.chance(0.15) ? random.int(100, 1_200) : null,
    orchestrators: random.int(2, 4),
    workers: random.int(2, 5),
  };
}

export function describePlan({ fault, afterCommits, frozenMs, killAgainAfterMs }: Plan): string {
  const frozen = /frozen|stopped/.test(fault) ? ` (${frozenMs} ms)` : "";
  const again = killAgainAfterMs === null ? "" : `, and again ${killAgainAfterMs} ms into the next start`;
  return `${fault}${frozen} after ${afterCommits} commits${again}`;
}
