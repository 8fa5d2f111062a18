import { Random } from "./random.ts";

/** What breaks in the middle of the load. */
export type Fault =
  | "server killed"
  | "postgres killed"
  | "both killed"
  | "server frozen, then killed"
  | "database frozen, then server killed"
  | "server told to stop";

/** One round, as its seed says. */
export interface Plan {
  seed: number;
  fault: Fault;
  /** How long the load runs before it breaks, ms. */
  afterMs: number;
  /** How long what is frozen stays so, ms. */
  frozenMs: number;
  /** The next server is killed too, so long after its process began; null: it is left alone. */
  killAgainAfterMs: number | null;
  orchestrators: number;
  workers: number;
}

const WEIGHTS: { readonly [fault in Fault]: number } = {
  "server killed": 45,
  "postgres killed": 15,
  "both killed": 15,
  "server frozen, then killed": 10,
  "database frozen, then server killed": 10,
  "server told to stop": 5,
};

export function planOf(seed: number): Plan {
  const random = new Random(seed).fork("plan");
  return {
    seed,
    fault: random.weighed(WEIGHTS),
    afterMs: random.int(50, 800),
    frozenMs: random.int(100, 900),
    killAgainAfterMs: random.chance(0.15) ? random.int(100, 1_200) : null,
    orchestrators: random.int(2, 4),
    workers: random.int(2, 5),
  };
}

export function describePlan({ fault, afterMs, frozenMs, killAgainAfterMs }: Plan): string {
  const frozen = fault.includes("frozen") ? ` (${frozenMs} ms)` : "";
  const again = killAgainAfterMs === null ? "" : `, and again ${killAgainAfterMs} ms into the next start`;
  return `${fault}${frozen} after ${afterMs} ms${again}`;
}
