"use client";

import { X } from "lucide-react";
import { IconButton } from "../../ui/button.tsx";
import { formatDuration } from "../../ui/format.ts";
import { type DeliveryRow, errorHelp, tookMs } from "./channel-model.ts";
import { DeliveryBadge } from "./delivery-badge.tsx";

/** A test that is under way, or what came of it. */
export type TestState = "waiting" | DeliveryRow;

/** What came of a test, below its channel. */
export function TestResult({ test, onClose }: { test: TestState; onClose: () => void }) {
  if (test === "waiting") {
    return (
      <p role="status" className="mt-2 rounded-md bg-inset px-2.5 py-2 text-small text-muted">
        Sending a test, and waiting for the answer…
      </p>
    );
  }
  const help = errorHelp(test.error);
  return (
    <div role="status" className="mt-2 flex items-start gap-2 rounded-md bg-inset px-2.5 py-2 text-small">
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <span className="font-medium">Test</span>
          <DeliveryBadge delivery={test} />
          {test.responseStatus !== null && <span className="font-mono">{test.responseStatus}</span>}
          {test.status === "pending" ? (
            <span>nothing has come of it within 15 seconds: see the log below</span>
          ) : (
            <span className="text-muted tabular-nums">after {formatDuration(tookMs(test))}</span>
          )}
          {test.error && <span className="break-words">{test.error}</span>}
        </p>
        {help && <p className="mt-1 text-muted">{help}</p>}
      </div>
      <IconButton size="sm" label="Hide the result" onClick={onClose}>
        <X aria-hidden className="size-3.5" />
      </IconButton>
    </div>
  );
}
