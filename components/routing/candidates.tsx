import { Ban, Check } from "lucide-react";
import Link from "next/link";
import type { Candidate } from "../../domain/agents/contract.ts";
import { agentHref } from "../../domain/kernel/links.ts";
import { Badge } from "../ui/badge.tsx";
import { Card } from "../ui/card.tsx";
import { cn } from "../ui/cn.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { useMoment } from "../ui/use-moment.ts";
import type { Decision } from "./decision-filters.ts";
import { basisText, candidateCounts, exclusionText, isFromElsewhere, scoreParts, scoreText } from "./decision-words.ts";
import { ScoreBar, ScoreLegend } from "./score-bar.tsx";

/** All candidates: the score and its parts, or why an agent was excluded. */
export function Candidates({ decision }: { decision: Decision }) {
  const { able, all } = candidateCounts(decision);
  const { candidates, weights } = decision;
  const full = Math.max(1, ...candidates.map(({ score }) => score));
  return (
    <Card
      flush
      title="Candidates"
      actions={all > 0 && <span className="tabular-nums">{`${able} of ${all} could take it`}</span>}
    >
      {weights && (
        <div className="border-b border-line px-3.5 py-2">
          <ScoreLegend weights={weights} />
        </div>
      )}
      {all === 0 ? (
        <EmptyState icon={<Ban />} title="No candidates recorded" className="py-6!">
          {isFromElsewhere(decision) && "This decision was made elsewhere and recorded without candidates."}
        </EmptyState>
      ) : (
        <ol aria-label="Candidates">
          {candidates.map((one) => (
            <CandidateLine key={one.agentKey} candidate={one} decision={decision} full={full} />
          ))}
        </ol>
      )}
    </Card>
  );
}

interface CandidateLineProps {
  candidate: Candidate;
  decision: Decision;
  /** The score that fills a bar. */
  full: number;
}

function CandidateLine({ candidate, decision, full }: CandidateLineProps) {
  const moment = useMoment();
  const { agentKey, score, excluded, trial } = candidate;
  const chosen = agentKey === decision.selectedAgent;
  const parts = scoreParts(candidate, decision.weights);
  return (
    <li
      aria-label={agentKey}
      className={cn(
        "grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-3 gap-y-1.5 border-b border-line px-3.5 py-2 last:border-b-0 md:grid-cols-[minmax(9rem,14rem)_minmax(8rem,1fr)_3.5rem]",
        chosen && "bg-accent-soft shadow-[inset_2px_0_0_var(--accent)]",
      )}
    >
      <div className="flex min-w-0 items-center gap-1.5">
        <Link
          href={agentHref(agentKey)}
          className={cn("truncate hover:underline", chosen ? "font-semibold" : "font-medium", excluded && "text-muted")}
        >
          {agentKey}
        </Link>
        {chosen && (
          <Badge tone="completed" className="bg-surface">
            <Check aria-hidden className="size-3" /> chosen
          </Badge>
        )}
        {trial && <Badge title="Its breaker is half open: the call is one of its trials">trial</Badge>}
      </div>
      <div className="max-md:order-3 max-md:col-span-2">
        <ScoreBar score={score} parts={parts} full={full} faint={excluded !== undefined} />
      </div>
      <div className={cn("text-right font-medium tabular-nums", excluded && "text-muted")}>{scoreText(score)}</div>
      <div className="text-small text-muted max-md:order-4 max-md:col-span-2 md:col-span-3">
        {excluded !== undefined && (
          <p className="flex items-start gap-1.5 text-ink">
            <Ban aria-hidden className="mt-[3px] size-3 shrink-0 text-danger" />
            <span>
              <span className="sr-only">Left out: </span>
              {exclusionText(excluded, moment)}
            </span>
          </p>
        )}
        <p className="tabular-nums">
          {[
            ...parts.map(({ name, value, weight }) => `${name} ${value.toFixed(2)} × ${weight}`),
            basisText(candidate, decision.taskType),
          ].join(" · ")}
        </p>
      </div>
    </li>
  );
}
