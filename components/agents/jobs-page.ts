import type { Wire } from "../../domain/kernel/wire.ts";

/** Jobs as `GET /jobs` answers them. */
export interface JobPage {
  items: Wire<"job">[];
  nextCursor: string | null;
}

/** How many of its latest jobs an agent's page shows. */
export const RECENT_JOBS = 25;
