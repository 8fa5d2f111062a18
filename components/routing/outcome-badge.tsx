import { CircleCheck, CircleX, Hourglass } from "lucide-react";
import { Badge } from "../ui/badge.tsx";
import type { Tone } from "../ui/status.ts";
import { type Decision, type DecisionOutcome, outcomeOf } from "./decision-filters.ts";

const LOOKS: { readonly [outcome in DecisionOutcome]: { label: string; tone: Tone; icon: typeof Hourglass } } = {
  succeeded: { label: "Succeeded", tone: "completed", icon: CircleCheck },
  failed: { label: "Failed", tone: "failed", icon: CircleX },
  open: { label: "No outcome yet", tone: "waiting", icon: Hourglass },
};

export const outcomeLabel = (outcome: DecisionOutcome): string => LOOKS[outcome].label;

/** The outcome of a decision, if there is one. */
export function OutcomeBadge({ decision, className }: { decision: Pick<Decision, "success">; className?: string }) {
  const { label, tone, icon: Icon } = LOOKS[outcomeOf(decision)];
  return (
    <Badge tone={tone} {...(className !== undefined && { className })}>
      <Icon aria-hidden className="size-3 shrink-0" strokeWidth={2.25} />
      {label}
    </Badge>
  );
}
