import Link from "next/link";
import type { ExplainedDecision, TrackRecord } from "../../domain/agents/answers.ts";
import { agentHref } from "../../domain/kernel/links.ts";
import { Card } from "../ui/card.tsx";
import { formatPercent } from "../ui/format.ts";
import { toneColor } from "../ui/status.ts";
import { isFromElsewhere, recordText, scoreText } from "./decision-words.ts";

/** Who was taken and who would have been, by how they do as far as it is known now. */
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
              ? "Nobody knows who would have been the second choice: the candidates were not told."
              : "There was no second choice: nobody else could take the task."}
          </p>
        )}
        <p className="text-small text-muted">Rates are those known now, not those of the time of the decision.</p>
      </div>
    </Card>
  );
}

interface TrackProps {
  label: string;
  record: TrackRecord;
  taskType: string;
  /** Whether a score was told. */
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
