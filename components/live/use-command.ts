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
   * The commits of the call, each applied as a whole or not at all: their previewed effect shows at
   * once, marked pending.
   */
  commits?: (...args: A) => ClientMutationInput[][];
  onDone?: (answer: R, ...args: A) => void;
  /** The toast on success; absent: none. */
  success?: string | ((answer: R, ...args: A) => string);
  /** The title of the toast on failure, above the server's reason. */
  failure?: string;
  /** It only reads: viewers may do it too. */
  reads?: true;
}

export interface Command<A extends unknown[], R> {
  /** Never rejects: undefined when it failed, after a toast. */
  run: (...args: A) => Promise<R | undefined>;
  /** Whether a call is under way. */
  pending: boolean;
  /** The error of the last call. */
  error: SwitchyardError | null;
}

/**
 * A click that changes something. Its effect shows at once, marked pending; the row in the response
 * is applied like a frame. A failure reverts the effect and shows the reason; after a lost race
 * (409, 412) the current row in the response is applied. A call that resolves with somebody else's
 * change (`Written`) has failed too, but its caller shows that to the reader.
 *
 * @param call the request; it may only throw `SwitchyardError` (as `api` and `commit` do).
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
    // Keys and drags get here too; nothing is shown that the server would refuse.
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
        toast.error(now.options.failure ?? "The change failed", { description: explain(problem) });
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

/** Applies the row in a response: the row itself, with a receipt next to its fields. */
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
  // A command that changed nothing returns the row at its old position; the pending mark must be
  // removed all the same.
  const confirms = known?.pending === true && (row.seq as number) >= known.seq;
  applyRows(client, [row as Live], confirms);
}
