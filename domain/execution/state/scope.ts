import { z } from "zod";
import { type Edit, type JsonMapOf, ownOf } from "../../kernel/json-map.ts";
import { id, text } from "../../kernel/primitives.ts";
import { must, Refusal, type Tx } from "../../kernel/tx.ts";
import type { Run, Scope } from "../contract.ts";
import { cancelJobsOfTokens } from "../job/cascade.ts";
import { changeState, mapId, mustBeOpen } from "./execution-state.ts";

/**
 * Cancel scopes: what of a run can be cancelled at once. They nest by `parentId`.
 *
 * - `scope.enter` makes an active scope, at the top or in an active one. Its id stays taken until
 *   it is left.
 * - `scope.exit` takes it away, active or cancelled. What stood in it, scopes and tokens, stands in
 *   its parent from then on, as it is.
 * - `scope.cancel` makes it cancelled, with every scope nested in it, every token in any of them,
 *   and every open job that works for one of those tokens (`scope_cancelled`). What is cancelled
 *   stays, for all to see, and stays cancelled: a second `scope.cancel` is refused.
 */

export const scopeEnter = z.strictObject({
  type: z.literal("scope.enter"),
  runId: id,
  scopeId: mapId,
  parentId: mapId.optional(),
});
export const scopeExit = z.strictObject({ type: z.literal("scope.exit"), runId: id, scopeId: mapId });
export const scopeCancel = z.strictObject({
  type: z.literal("scope.cancel"),
  runId: id,
  scopeId: mapId,
  reason: text.optional(),
});

export function enterScope(tx: Tx, { runId, scopeId, ...m }: z.infer<typeof scopeEnter>): Run {
  const run = mustBeOpen(tx, runId);
  const there = ownOf(run.scopes, scopeId);
  if (there) throw new Refusal("already_exists", `scope ${scopeId} of run ${runId} exists already, ${there.status}`);
  if (m.parentId) mustBeActiveScope(run, m.parentId);
  const scope: Scope = { parentId: m.parentId ?? null, status: "active" };
  const scopes = tx.edit(run.scopes, scopeId, scope);
  return changeState(tx, run, { scopes }, { type: "scope.entered", payload: { scopeId, scope } });
}

export function exitScope(tx: Tx, { runId, scopeId }: z.infer<typeof scopeExit>): Run {
  const run = mustBeOpen(tx, runId);
  const { parentId } = mustHaveScope(run, scopeId);
  const inside = Object.keys(run.scopes).filter((other) => run.scopes[other]?.parentId === scopeId);
  const tokens = tokensIn(run, new Set([scopeId]));
  const left = leaveScope(tx.edit, run, { scopeId, parentId, scopes: inside, tokens });
  const payload = { scopeId, parentId, scopes: inside, tokens };
  return changeState(tx, run, left, { type: "scope.exited", payload });
}

export function cancelScope(tx: Tx, { runId, scopeId, reason }: z.infer<typeof scopeCancel>): Run {
  const run = mustBeOpen(tx, runId);
  if (mustHaveScope(run, scopeId).status === "cancelled") {
    throw new Refusal("illegal_transition", `scope ${scopeId} is cancelled already`, { legal: [] });
  }
  const reached = nestedIn(run, scopeId);
  const scopes = [...reached].filter((other) => run.scopes[other]?.status === "active");
  const tokens = tokensIn(run, reached).filter((tokenId) => run.tokens[tokenId]?.status !== "cancelled");
  const cancelled = markCancelled(tx.edit, run, { scopes, tokens });
  const payload = { scopeId, reason: reason ?? null, scopes, tokens };
  changeState(tx, run, cancelled, { type: "scope.cancelled", payload });
  cancelJobsOfTokens(tx, runId, tokens, "scope_cancelled");
  return must(tx, "run", runId);
}

/**
 * What `scope.exit` makes of scopes and tokens: one scope less, those named moved to its parent.
 */
export function leaveScope(
  edit: Edit,
  state: Readonly<Pick<Run, "scopes" | "tokens">>,
  left: { scopeId: string; parentId: string | null; scopes: readonly string[]; tokens: readonly string[] },
): Pick<Run, "scopes" | "tokens"> {
  const { parentId } = left;
  return {
    scopes: changeEach(edit, edit(state.scopes, left.scopeId, undefined), left.scopes, { parentId }),
    tokens: changeEach(edit, state.tokens, left.tokens, { scopeId: parentId }),
  };
}

/** What `scope.cancel` makes of scopes and tokens: those named are cancelled. */
export function markCancelled(
  edit: Edit,
  state: Readonly<Pick<Run, "scopes" | "tokens">>,
  reached: { scopes: readonly string[]; tokens: readonly string[] },
): Pick<Run, "scopes" | "tokens"> {
  return {
    scopes: changeEach(edit, state.scopes, reached.scopes, { status: "cancelled" }),
    tokens: changeEach(edit, state.tokens, reached.tokens, { status: "cancelled" }),
  };
}

/** Refuses what would stand in a scope that is not there, or is cancelled. */
export function mustBeActiveScope(run: Readonly<Run>, scopeId: string): void {
  if (mustHaveScope(run, scopeId).status === "active") return;
  throw new Refusal("scope_cancelled", `scope ${scopeId} of run ${run.id} is cancelled: nothing new can be in it`);
}

function mustHaveScope(run: Readonly<Run>, scopeId: string): Scope {
  const scope = ownOf(run.scopes, scopeId);
  if (scope) return scope;
  throw new Refusal("not_found", `run ${run.id} has no scope ${scopeId}`);
}

/** The scope itself and all that are nested in it, however deep. */
function nestedIn({ scopes }: Readonly<Run>, scopeId: string): Set<string> {
  const inside = new Map<string, string[]>();
  for (const [child, { parentId }] of Object.entries(scopes)) {
    if (parentId === null) continue;
    const siblings = inside.get(parentId);
    if (siblings) siblings.push(child);
    else inside.set(parentId, [child]);
  }
  const reached = new Set([scopeId]);
  // The set grows while it is walked.
  for (const parent of reached) for (const child of inside.get(parent) ?? []) reached.add(child);
  return reached;
}

const tokensIn = ({ tokens }: Readonly<Run>, scopeIds: ReadonlySet<string>): string[] =>
  Object.keys(tokens).filter((tokenId) => scopeIds.has(tokens[tokenId]?.scopeId ?? ""));

/** The map with the same change made to each entry named. */
function changeEach<V>(edit: Edit, map: JsonMapOf<V>, keys: readonly string[], change: Partial<V>): JsonMapOf<V> {
  let next = map;
  for (const key of keys) {
    const was = ownOf(next, key);
    if (was) next = edit(next, key, { ...was, ...change });
  }
  return next;
}
