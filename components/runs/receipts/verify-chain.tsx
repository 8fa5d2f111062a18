"use client";

import { useMutation } from "@tanstack/react-query";
import { ShieldCheck, ShieldQuestion, ShieldX } from "lucide-react";
import type { SwitchyardError } from "../../../client/core/problem.ts";
import { receiptEndpoints } from "../../../domain/commit/endpoints.ts";
import { pathTo } from "../../../domain/kernel/endpoint.ts";
import type { Verification } from "../../../domain/kernel/receipt.ts";
import { api } from "../../live/api.ts";
import { Button } from "../../ui/button.tsx";
import { formatClock, formatCount, formatPlural } from "../../ui/format.ts";

/** Checking a long log is slow. */
const VERIFY_MS = 600_000;

interface Checked extends Verification {
  at: number;
}

/**
 * Has the server recompute the chain of receipts, and shows the result. `onBad` gets the first
 * receipt that does not fit.
 */
export function VerifyChain({ onBad }: { onBad: (receiptId: string | null) => void }) {
  const check = useMutation<Checked, SwitchyardError>({
    mutationFn: async () => ({
      ...(await api.get(pathTo(receiptEndpoints.verify), undefined, VERIFY_MS)),
      at: Date.now(),
    }),
    onSuccess: ({ firstBad }) => onBad(firstBad ?? null),
    onMutate: () => onBad(null),
  });
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5 text-body">
      <Button busy={check.isPending} onClick={() => check.mutate()}>
        <ShieldQuestion aria-hidden className="size-3.5" /> Verify
      </Button>
      <span role="status" className="min-w-0">
        {check.isPending && <span className="text-muted">Recomputing every hash from the oldest receipt on…</span>}
        {check.isError && <span className="text-danger">The chain could not be checked: {check.error.detail}</span>}
        {check.data && <Result {...check.data} />}
      </span>
    </div>
  );
}

function Result({ valid, checked, from, firstBad, at }: Checked) {
  if (valid) {
    return (
      <span className="inline-flex flex-wrap items-center gap-x-1.5 text-good">
        <ShieldCheck aria-hidden className="size-4" /> The chain is valid:
        <span className="text-muted">
          {formatPlural(checked, "receipt")} checked{from > 1 && `, from position ${formatCount(from)} on`}, at{" "}
          {formatClock(at)}
        </span>
      </span>
    );
  }
  return (
    <span className="inline-flex flex-wrap items-center gap-x-1.5 text-danger">
      <ShieldX aria-hidden className="size-4" />
      {firstBad === "head" || firstBad === undefined
        ? "The chain does not end where the log says that it does"
        : `The chain is broken at receipt ${firstBad}`}
      <span className="text-muted">
        after {formatPlural(checked, "sound receipt")}, at {formatClock(at)}
      </span>
    </span>
  );
}
