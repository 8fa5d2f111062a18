"use client";

import { type FormEvent, useState } from "react";
import { SwitchyardError } from "../../client/core/problem.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
import { MINUTE_MS } from "../../domain/kernel/time.ts";
import type { CleanupReport } from "../../domain/maintenance/endpoints.ts";
import { maintenanceEndpoints } from "../../domain/maintenance/endpoints.ts";
import { api } from "../live/api.ts";
import { Button } from "../ui/button.tsx";
import { Card } from "../ui/card.tsx";
import { Changes } from "../ui/changes.tsx";
import { ConfirmDialog } from "../ui/dialog.tsx";
import { TextField } from "../ui/field.tsx";
import { useMoment } from "../ui/use-moment.ts";
import { cleanedParts, cleanedWords, parseDays } from "./cleanup-model.ts";

/** Removing much takes long; the answer comes when it is done. */
const PATIENCE_MS = 15 * MINUTE_MS;

type Asked = "dry" | "real";

/** Removes what is old: a look first, then the clean-up with what it would take said once more. */
export function MaintenanceCard({ days: initial }: { days: number }) {
  const [text, setText] = useState(String(initial));
  const [busy, setBusy] = useState<Asked | null>(null);
  const [report, setReport] = useState<CleanupReport | null>(null);
  const [confirming, setConfirming] = useState<{ days: number; dry: CleanupReport } | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const asked = parseDays(text);

  /** Undefined when it was refused, which is said. */
  const ask = async (what: Asked, days: number, dryRun: boolean): Promise<CleanupReport | undefined> => {
    setBusy(what);
    setProblem(null);
    try {
      const answer = await api.post(
        pathTo(maintenanceEndpoints.cleanup),
        { olderThanDays: days, dryRun },
        undefined,
        PATIENCE_MS,
      );
      setReport(answer);
      return answer;
    } catch (error) {
      setProblem(error instanceof SwitchyardError ? error.detail : "The clean-up has failed.");
      return undefined;
    } finally {
      setBusy(null);
    }
  };
  const look = (event: FormEvent) => {
    event.preventDefault();
    if ("days" in asked) void ask("dry", asked.days, true);
  };
  const begin = async () => {
    if ("fault" in asked) return;
    const dry = await ask("real", asked.days, true);
    if (dry && cleanedWords(dry) !== null) setConfirming({ days: asked.days, dry });
  };

  return (
    <Card title="Maintenance" className="lg:col-span-full">
      <p className="text-body text-muted">
        Removes finished runs with all that hangs on them, routing decisions, outcomes and agents that have vanished.
        Agents keep their figures. Breakers that are not closed, and everything an open run needs, are kept.
      </p>
      <form onSubmit={look} className="mt-3 flex flex-wrap items-start gap-2">
        <div className="w-36">
          <TextField
            label="Older than, days"
            value={text}
            onChange={setText}
            fault={"fault" in asked ? asked.fault : undefined}
            disabled={busy !== null}
          />
        </div>
        <div className="flex gap-2 pt-[22px]">
          <Changes>
            <Button type="submit" busy={busy === "dry"} disabled={"fault" in asked || busy !== null}>
              Dry run
            </Button>
            <Button
              variant="danger"
              busy={busy === "real"}
              disabled={"fault" in asked || busy !== null}
              onClick={begin}
            >
              Clean up
            </Button>
          </Changes>
        </div>
      </form>
      <div role="status" className="mt-3 text-body">
        {problem !== null ? <p className="text-danger">{problem}</p> : report && <Result report={report} />}
      </div>
      <ConfirmDialog
        open={confirming !== null}
        onOpenChange={(open) => !open && setConfirming(null)}
        title={confirming ? `Remove what is older than ${confirming.days} days?` : ""}
        description={confirming && `${cleanedWords(confirming.dry)} would leave. They do not come back.`}
        confirm="Clean up"
        danger
        onConfirm={() => confirming && ask("real", confirming.days, false)}
      />
    </Card>
  );
}

function Result({ report }: { report: CleanupReport }) {
  const moment = useMoment();
  const parts = cleanedParts(report);
  const before = <time dateTime={report.olderThan}>{moment(report.olderThan)}</time>;
  const large = report.tooLarge.length > 0 && (
    <p className="mt-1 text-muted">Too large to leave in one commit, and kept: {report.tooLarge.join(", ")}.</p>
  );
  if (parts.length === 0) {
    return (
      <>
        <p className="text-muted">Nothing from before {before} may leave.</p>
        {large}
      </>
    );
  }
  return (
    <>
      <p>
        From before {before} {report.dryRun ? "would leave" : "have left"}:
      </p>
      <ul className="mt-1 flex flex-wrap gap-x-3 gap-y-0.5 tabular-nums">
        {parts.map((part) => (
          <li key={part}>{part}</li>
        ))}
      </ul>
      {large}
      {report.more && <p className="mt-1 text-muted">It was ended early: there is more. Clean up once more.</p>}
    </>
  );
}
