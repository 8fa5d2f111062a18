"use client";

import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { errorOf, type SwitchyardError } from "../../client/core/problem.ts";
import type { ClientMutationInput } from "../../domain/commit/mutations.ts";
import type { Kind } from "../../domain/rows.ts";
import { ROWS } from "../../domain/rows.ts";
import { ONLY_LOOKS, useMayChange } from "../ui/changes.tsx";
import { serverNow } from "../ui/now.ts";
import { toast } from "../ui/toast.ts";
import { isLost } from "./if-unmoved.ts";
import type { Live } from "./newer.ts";
import { useReader } from "./reader.ts";
import { applyRows, rowKey, settle, showPending } from "./row-cache.ts";
import { loadPreview, shownAtOnce } from "./show-at-once.ts";

export interface CommandOptions<A extends unknown[], R> {
  /**
   * What the call asks for, as commits that are applied whole or not at all: what the domain makes of them shows at once, marked pending.
   */
  commits?: (...args: A) => ClientMutationInput[][];
  onDone?: (answer: R, ...args: A) => void;
  /** What a toast says on success; none without it. */
  success?: string | ((answer: R, ...args: A) => string);
  /** What a toast says above the server's reason on failure. */
  failure?: string;
  /** It only reads: whoever may only look may do it too. */
  reads?: true;
}

export interface Command<A extends unknown[], R> {
  /** Never rejects: undefined when it failed, and the reader has been told. */
  run: (...args: A) => Promise<R | undefined>;
  /** Whether a call is under way. */
  pending: boolean;
  /** Why the last call failed. */
  error: SwitchyardError | null;
}

/**
 * A click that changes something. Its effect shows at once, marked pending; the row in the answer is applied like a frame. A failure takes
 * the effect back and says why; after a lost race (409, 412) the row as it now is, which the answer carries, is applied. A call that answers what
 * somebody else has made of the row (`Written`) has failed too, but whoever made it says so to the reader.
 *
 * @param call the request; what it throws must be an `SwitchyardError` (as `api` and `commit` do).
 */
export function useCommand<A extends unknown[], R>(
  call: (...args: A) => Promise<R>,
  options: CommandOptions<A, R> = {},
): Command<A, R> {
  const client = useQueryClient();
  const mayChange = useMayChange();
  const actor = useReader();
  const [open, setOpen] = useState(0);
  const [error, setError] = useState<SwitchyardError | null>(null);
  const latest = useRef({ call, options, mayChange, actor });
  latest.current = { call, options, mayChange, actor };
  const previews = options.commits !== undefined;
  useEffect(() => {
    if (previews) void loadPreview();
  }, [previews]);

  const [run] = useState(() => async (...args: A): Promise<R | undefined> => {
    const now = latest.current;
    // Keys and drags reach this too; nothing is shown that the server would refuse.
    if (!now.mayChange && !now.options.reads) {
      toast.info(ONLY_LOOKS);
      return undefined;
    }
    const commits = now.options.commits?.(...args) ?? [];
    const rows = shownAtOnce(client, commits, { actor: now.actor, now: serverNow() });
    const takeBack = showPending(client, rows);
    setOpen((count) => count + 1);
    setError(null);
    try {
      const answer = await now.call(...args);
      if (isLost(answer)) {
        takeBack();
        applyAnswer(client, answer.theirs);
        return answer;
      }
      applyAnswer(client, answer);
      settle(client, rows);
      const { success } = now.options;
      if (success) toast.success(typeof success === "string" ? success : success(answer, ...args));
      now.options.onDone?.(answer, ...args);
      return answer;
    } catch (thrown) {
      const problem = errorOf(thrown);
      takeBack();
      applyAnswer(client, problem.body.row);
      setError(problem);
      if (problem.status !== 401)
        toast.error(now.options.failure ?? "That did not work", { description: explain(problem) });
      return undefined;
    } finally {
      setOpen((count) => count - 1);
    }
  });
  return { run, pending: open > 0, error };
}

function explain(problem: SwitchyardError): string {
  const faults = problem.errors.map(({ message }) => message);
  return faults.length > 0 ? faults.join(" · ") : problem.detail;
}

/** Applies the row an answer is or has: the row itself, with a receipt beside its fields. */
function applyAnswer(client: QueryClient, answer: unknown): void {
  if (typeof answer !== "object" || answer === null) return;
  const { receipt: _, ...row } = ("done" in answer ? answer.done : answer) as Partial<Live> & { receipt?: unknown };
  const isRow =
    typeof row.kind === "string" &&
    Object.hasOwn(ROWS, row.kind) &&
    typeof row.id === "string" &&
    typeof row.seq === "number";
  if (!isRow) return;
  const known = client.getQueryData<Live>(rowKey(row.kind as Kind, row.id as string));
  // A command that changed nothing answers the row at the position it had; its pending look must go all the same.
  const confirms = known?.pending === true && (row.seq as number) >= known.seq;
  applyRows(client, [row as Live], confirms);
}
