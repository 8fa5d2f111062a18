import Link from "next/link";
import type { ExplainedDecision, TrackRecord } from "../../domain/agents/answers.ts";
import { agentHref } from "../../domain/kernel/links.ts";
import { Card } from "../ui/card.tsx";
import { formatPercent } from "../ui/format.ts";
import { toneColor } from "../ui/status.ts";
import { isFromElsewhere, recordText, scoreText } from "./decision-words.ts";

/** The chosen agent and the runner-up, with their current success rates. */
export function Counterfactual({ decision }: { decision: ExplainedDecision }) {
  const { chosen, secondChoice } = decision.explanation;
  const elsewhere = isFromElsewhere(decision) && decision.candidates.length === 0;
  return (
    <Card title="Otherwise">
      <div className="space-y-3">
        <Track label="Chosen" record={chosen} taskType={decision.taskType} known={decision.agentScore !== null} />
        {secondChoice ? (
          <Track label="Second choice" record={secondChoice} taskType={decision.taskType} known />
        ) : (
          <p className="text-body text-muted">
            {elsewhere
              ? "The second choice is unknown: the candidates were not recorded."
              : "There was no second choice: no other agent could take the task."}
          </p>
        )}
        <p className="text-small text-muted">Rates are current, not those at the time of the decision.</p>
      </div>
    </Card>
  );
}

interface TrackProps {
  label: string;
  record: TrackRecord;
  taskType: string;
  /** Whether a score is known. */
  known: boolean;
}

function Track({ label, record, taskType, known }: TrackProps) {
  const { agentKey, score, successRate } = record;
  return (
    <div>
      <p>
        <span className="text-muted">{label}: </span>
        <Link href={agentHref(agentKey)} className="font-medium hover:underline">
          {agentKey}
        </Link>
        <span className="tabular-nums">: {recordText(record, taskType)}</span>
        {known && <span className="text-muted tabular-nums"> · score {scoreText(score)}</span>}
      </p>
      <div
        role="img"
        aria-label={successRate === null ? "No outcomes known" : `Success rate ${formatPercent(successRate)}`}
        className="mt-1 h-1.5 overflow-hidden rounded-full bg-inset"
      >
        {successRate !== null && (
          <div
            className="h-full"
            style={{
              width: `${successRate * 100}%`,
              background: toneColor(label === "Chosen" ? "completed" : "running"),
            }}
          />
        )}
      </div>
    </div>
  );
}
