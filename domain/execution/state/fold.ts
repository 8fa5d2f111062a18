import type { LogEvent } from "../../kernel/event.ts";
import { editor, withEntry } from "../../kernel/json-map.ts";
import { mergePatch } from "../../kernel/merge-patch.ts";
import { readEvent } from "../../kernel/read-event.ts";
import type { Run } from "../contract.ts";
import type { ExecutionState } from "./execution-state.ts";
import { leaveScope, markCancelled } from "./scope.ts";

/** What the log says of a run's execution state, with the version it has then. */
export type FoldedState = ExecutionState & Pick<Run, "version">;

/** A run's state before anything has happened to it. */
export const emptyState = (): FoldedState => ({
  context: {},
  tokens: {},
  scopes: {},
  stepCount: 0,
  metadata: {},
  version: 0,
});

/**
 * The execution state after one more event of its run; one that does not concern it answers the
 * state as it was given. The fold of a run's events, in order, is what the reducers had made of it.
 */
export function foldState<S extends FoldedState>(state: S, event: Pick<LogEvent, "type" | "payload">): S {
  const change = changeOf(state, readEvent(event));
  if (!change) return state;
  const { version } = event.payload;
  return { ...state, ...change, version: typeof version === "number" ? version : state.version + 1 };
}

function changeOf(state: FoldedState, event: ReturnType<typeof readEvent>): Partial<ExecutionState> | undefined {
  switch (event.type) {
    case "run.created":
    case "run.restored": {
      const { context, tokens, scopes, stepCount, metadata } = {
        ...emptyState(),
        ...event.payload,
      };
      return { context, tokens, scopes, stepCount, metadata };
    }
    case "run.transitioned":
    case "run.retried":
      return {};
    case "context.set":
      return { context: event.payload.context };
    case "context.merged":
      return { context: mergePatch(state.context, event.payload.patch) };
    case "token.added":
    case "token.updated":
      return { tokens: withEntry(state.tokens, event.payload.tokenId, event.payload.token) };
    case "token.removed":
      return { tokens: withEntry(state.tokens, event.payload.tokenId, undefined) };
    case "scope.entered":
      return { scopes: withEntry(state.scopes, event.payload.scopeId, event.payload.scope) };
    case "scope.exited":
      return leaveScope(editor(), state, event.payload);
    case "scope.cancelled":
      return markCancelled(editor(), state, event.payload);
    case "step.incremented":
      return { stepCount: event.payload.stepCount };
    case "metadata.set":
      return { metadata: event.payload.metadata };
    default:
      return undefined;
  }
}
