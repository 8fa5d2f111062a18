import type { PreviewFiring, RulePreview } from "../../../../domain/alerts/endpoints.ts";
import { paramsOf } from "../../../../domain/alerts/rule-params.ts";
import type { RuleKind } from "../../../../domain/kernel/statuses.ts";
import { DAY_MS } from "../../../../domain/kernel/time.ts";
import type { Span } from "../../rules/check.ts";
import { checkOf } from "../../rules/index.ts";
import type { Scope } from "../kernel/scope.ts";

/**
 * How often a rule would have fired over the last days, from recorded data: tallies and gauges for
 * rates and depths, rows for durations, events for the rest. A condition shorter than `forMs` would
 * not have fired.
 */
export interface PreviewQuery {
  kind: RuleKind;
  params: { [name: string]: unknown };
  forMs: number;
  days: number;
}

/** Firings beyond this are only counted, not listed. */
const MAX_FIRINGS = 500;

/** How often the rule would have fired. Kinds without a history say so. */
export async function previewRule(scope: Scope, query: PreviewQuery): Promise<RulePreview> {
  const { now } = scope;
  const from = now - query.days * DAY_MS;
  const { past } = checkOf(query.kind);
  if (!past)
    return {
      supported: false,
      fired: 0,
      firings: [],
      truncated: false,
      evaluatedFrom: iso(now),
      evaluatedTo: iso(now),
    };
  const history = await past(scope, paramsOf(query.kind, query.params), from);
  const fired = history.spans
    .filter((span) => (span.to ?? now) - span.from >= query.forMs)
    .map((span) => ({ ...span, from: span.from + query.forMs }))
    .sort((a, b) => b.from - a.from);
  return {
    supported: true,
    fired: fired.length,
    firings: fired.slice(0, MAX_FIRINGS).map(firingOf),
    truncated: fired.length > MAX_FIRINGS,
    evaluatedFrom: iso(history.from),
    evaluatedTo: iso(now),
  };
}

const firingOf = ({ subject, from, to, value }: Span): PreviewFiring => ({
  subject,
  from: iso(from),
  to: to === null ? null : iso(to),
  value,
});

const iso = (at: number): string => new Date(at).toISOString();
