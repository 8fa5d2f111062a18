import type { LogEvent } from "../../kernel/event.ts";
import { editor, withEntry } from "../../kernel/json-map.ts";
import { type JsonMap, mergePatch } from "../../kernel/merge-patch.ts";
import type { Run, Scope, Token } from "../contract.ts";
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
 * The execution state after one more event of its run; one that does not concern it answers the state as it was given. The fold of a run's
 * events, in order, is what the reducers had made of it.
 */
export function foldState<S extends FoldedState>(state: S, event: Pick<LogEvent, "type" | "payload">): S {
  const change = changeOf(state, event);
  if (!change) return state;
  const { version = state.version + 1 } = event.payload as { version?: number };
  return { ...state, ...change, version };
}

function changeOf(state: FoldedState, { type, payload }: Pick<LogEvent, "type" | "payload">) {
  switch (type) {
    case "run.created":
    case "run.restored": {
      const { context, tokens, scopes, stepCount, metadata } = {
        ...emptyState(),
        ...(payload as Partial<ExecutionState>),
      };
      return { context, tokens, scopes, stepCount, metadata };
    }
    case "run.transitioned":
    case "run.retried":
      return {};
    case "context.set":
      return { context: (payload as { context: JsonMap }).context };
    case "context.merged":
      return { context: mergePatch(state.context, (payload as { patch: JsonMap }).patch) };
    case "token.added":
    case "token.updated":
    case "token.removed": {
      const { tokenId, token } = payload as { tokenId: string; token?: Token };
      return { tokens: withEntry(state.tokens, tokenId, token) };
    }
    case "scope.entered": {
      const { scopeId, scope } = payload as { scopeId: string; scope: Scope };
      return { scopes: withEntry(state.scopes, scopeId, scope) };
    }
    case "scope.exited":
      return leaveScope(editor(), state, payload as unknown as Parameters<typeof leaveScope>[2]);
    case "scope.cancelled":
      return markCancelled(editor(), state, payload as unknown as Parameters<typeof markCancelled>[2]);
    case "step.incremented":
      return { stepCount: (payload as { stepCount: number }).stepCount };
    case "metadata.set":
      return { metadata: (payload as { metadata: JsonMap }).metadata };
    default:
      return undefined;
  }
}
