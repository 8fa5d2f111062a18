"use client";

import { useCallback, useMemo, useState } from "react";
import { workstreamEndpoints } from "../../domain/execution/endpoints.ts";
import type { AnswerOf } from "../../domain/kernel/endpoint.ts";
import { pathTo } from "../../domain/kernel/endpoint.ts";
import type { WorkstreamStatus } from "../../domain/kernel/statuses.ts";
import { api } from "../live/api.ts";
import { useCommand } from "../live/use-command.ts";
import type { Card } from "./board-model.ts";

/** Where each column's older cards begin on the server; a column without one is complete. */
export type Cursors = { readonly [status in WorkstreamStatus]?: string };

export type BoardPage = AnswerOf<typeof workstreamEndpoints.list>;

/**
 * The cards the server rendered, and the older ones that were asked for since. Starts afresh when
 * the server renders others. Not a list of `live/use-live-list.ts`: the board is one set of cards
 * with a cursor per column, and a loaded card stays loaded when it moves to another column.
 */
export function useOlderCards(initial: readonly Card[], cursors: Cursors, runId: string) {
  const [state, setState] = useState({ initial, older: [] as Card[], cursors });
  const current = state.initial === initial ? state : { initial, older: [], cursors };
  if (current !== state) setState(current);

  const { run: load } = useCommand(
    (status: WorkstreamStatus, cursor: string) => {
      const asked = { status, cursor, limit: 100, large: "omit", ...(runId && { runId }) } as const;
      return api.get(pathTo(workstreamEndpoints.list, asked));
    },
    { failure: "Older cards could not be loaded", reads: true },
  );
  const loadOlder = useCallback(
    async (status: WorkstreamStatus) => {
      const cursor = current.cursors[status];
      const page = cursor === undefined ? undefined : await load(status, cursor);
      if (!page) return;
      setState((was) => {
        const { [status]: _, ...rest } = was.cursors;
        const next = page.nextCursor === null ? rest : { ...rest, [status]: page.nextCursor };
        return { ...was, older: [...was.older, ...page.items], cursors: next };
      });
    },
    [current.cursors, load],
  );
  const loaded = useMemo(() => [...current.initial, ...current.older], [current.initial, current.older]);
  const more = useMemo(() => new Set(Object.keys(current.cursors) as WorkstreamStatus[]), [current.cursors]);
  return { loaded, more, loadOlder };
}
