import type { Json } from "./primitives.ts";
import type { SessionStatus } from "./statuses.ts";
import type { RowBase } from "./tx.ts";

/**
 * An agent's session (E1). pending → active, expired; active → completed, failed, expired; the rest is final. One that nobody has touched for
 * the retention expires by itself (E3).
 */
export interface Session extends RowBase {
  agentRole: string;
  taskId: string | null;
  status: SessionStatus;
  metadata: { [key: string]: Json };
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  updatedAt: string;
}
