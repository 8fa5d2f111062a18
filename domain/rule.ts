import type { Json } from "./primitives.ts";
import type { RuleKind, Severity } from "./statuses.ts";
import type { RowBase } from "./tx.ts";

/** The condition that raises an alert, as operators write it (C13). Its alerts carry its id. */
export interface Rule extends RowBase {
  name: string;
  /** What of: `breaker_open`, `success_rate`, `queue_depth` … */
  ruleKind: RuleKind;
  params: { [name: string]: Json };
  severity: Severity;
  enabled: boolean;
  /** How long the condition must hold before the alert fires, ms. */
  forMs: number;
  /** Ids of the channels that are told. */
  channels: string[];
  /** Whom to tell next when nobody acknowledges in time. */
  escalation: { afterMs: number; channels: string[] }[];
  removedAt: string | null;
  createdAt: string;
  updatedAt: string;
}
