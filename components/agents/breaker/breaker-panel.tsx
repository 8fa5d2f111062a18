"use client";

import { SlidersHorizontal } from "lucide-react";
import { type ReactNode, useState } from "react";
import type { Wire } from "../../../domain/kernel/wire.ts";
import { Button } from "../../ui/button.tsx";
import { Card } from "../../ui/card.tsx";
import { Changes } from "../../ui/changes.tsx";
import { formatPercent, formatSetting } from "../../ui/format.ts";
import { RelativeTime } from "../../ui/time.tsx";
import { BreakerNow } from "./breaker-now.tsx";
import { BreakerOrders } from "./breaker-order.tsx";
import { type BreakerRow, breakerView } from "./breaker-view.ts";
import { ConfigEditor } from "./config-editor.tsx";
import { FailureRate } from "./failure-bar.tsx";
import { useConfigure } from "./use-configure.ts";
import { WindowStrip } from "./window-strip.tsx";

/** One breaker: its state, the calls in its window, and its settings, which can be edited. */
export function BreakerPanel({ breaker, agent }: { breaker: BreakerRow; agent: Wire<"agent"> }) {
  const view = breakerView(breaker);
  const [editing, setEditing] = useState(false);
  const configure = useConfigure();
  return (
    <Card title="Circuit breaker" actions={<BreakerOrders breaker={breaker} name={agent.displayName} />}>
      <div className="space-y-3">
        <FailureRate view={view} />
        <BreakerNow view={view} />
        <div>
          <h3 className="mb-1 text-small text-muted">Calls in the window, oldest first (tall: failed)</h3>
          <WindowStrip window={breaker.window} />
        </div>
        {view.lastError && (
          <div>
            <h3 className="text-small text-muted">Last error</h3>
            <pre className="mt-0.5 max-h-32 overflow-auto rounded bg-inset p-2 font-mono text-small break-words whitespace-pre-wrap">
              {view.lastError}
            </pre>
          </div>
        )}
        <section aria-label="Settings" className="border-t border-line pt-3">
          <div className="mb-2 flex items-center justify-between gap-2">
            <h3 className="text-body font-semibold">Settings</h3>
            <Changes>
              <Button size="sm" onClick={() => setEditing(true)}>
                <SlidersHorizontal aria-hidden className="size-3.5" /> Edit settings
              </Button>
            </Changes>
          </div>
          <dl className="grid grid-cols-[repeat(auto-fill,minmax(9rem,1fr))] gap-x-4 gap-y-2 text-body">
            {rulesOf(breaker).map(({ term, value }) => (
              <div key={term} className="min-w-0">
                <dt className="text-small text-muted">{term}</dt>
                <dd className="break-words tabular-nums">{value}</dd>
              </div>
            ))}
          </dl>
        </section>
      </div>
      <ConfigEditor
        name={agent.displayName}
        config={breaker.config}
        open={editing}
        busy={configure.pending}
        refused={configure.refused}
        onClose={() => setEditing(false)}
        onSave={async (config, reason) => {
          if (await configure.run(agent, config, reason)) setEditing(false);
        }}
      />
    </Card>
  );
}

function rulesOf({ config, openings, openedAt, changedAt }: BreakerRow): { term: string; value: ReactNode }[] {
  const grows = config.openMultiplier === 1 ? "" : `, ×${config.openMultiplier} each time`;
  const cap = config.maxOpenMs === undefined ? "" : `, at most ${formatSetting(config.maxOpenMs)}`;
  const slow =
    config.slowCallMs === undefined
      ? "not judged"
      : `over ${formatSetting(config.slowCallMs)}, opens at ${formatPercent(config.slowCallRateThreshold)}`;
  return [
    {
      term: "Window",
      value: config.window === "count" ? `last ${config.windowSize} calls` : `last ${config.windowSize} s`,
    },
    { term: "Opens at", value: `${formatPercent(config.failureRateThreshold)} failures` },
    { term: "Judged from", value: `${config.minimumCalls} calls on` },
    { term: "Slow calls", value: slow },
    { term: "Stays open", value: `${formatSetting(config.openMs)}${grows}${cap}` },
    {
      term: "Trials when half-open",
      value: `${config.permittedTrials}, each within ${formatSetting(config.trialTimeoutMs)}`,
    },
    { term: "Openings in a row", value: openings },
    { term: "Opened", value: openedAt ? <RelativeTime at={openedAt} /> : "–" },
    { term: "Last change", value: <RelativeTime at={changedAt} /> },
  ];
}
