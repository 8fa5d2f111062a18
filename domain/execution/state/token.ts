import { z } from "zod";
import { ownOf } from "../../kernel/json-map.ts";
import { sameJson } from "../../kernel/merge-patch.ts";
import { id, json, label } from "../../kernel/primitives.ts";
import { Refusal, type Tx } from "../../kernel/tx.ts";
import type { Run, Token } from "../contract.ts";
import { changeState, mapId, mustBeOpen, type StateChange } from "./execution-state.ts";
import { mustBeActiveScope } from "./scope.ts";

/**
 * Tokens: a run's logical threads of execution.
 *
 * A token is added with a status of the orchestrator's own (`active` unless said), changes as often
 * as it likes, and is removed. It may stand in a cancel scope. Cancelling that scope, or one around
 * it, makes it `cancelled`, which no mutation of a token can say: from then on it can only be
 * removed. Until then its id stays taken.
 */

const status = label.refine((value) => value !== "cancelled", "cancelled is said by scope.cancel alone");
const fields = {
  scopeId: mapId.nullable().optional(),
  value: json.optional(),
  status: status.optional(),
};

export const tokenAdd = z.strictObject({
  type: z.literal("token.add"),
  runId: id,
  tokenId: mapId,
  token: z.strictObject(fields).optional(),
});

export const tokenUpdate = z.strictObject({
  type: z.literal("token.update"),
  runId: id,
  tokenId: mapId,
  /**
   * What is absent stays; `value` is replaced as a whole, `scopeId: null` takes the token out of
   * its scope.
   */
  patch: z.strictObject(fields),
});

export const tokenRemove = z.strictObject({ type: z.literal("token.remove"), runId: id, tokenId: mapId });

export function addToken(tx: Tx, { runId, tokenId, token: given = {} }: z.infer<typeof tokenAdd>): Run {
  const run = mustBeOpen(tx, runId);
  const there = ownOf(run.tokens, tokenId);
  if (there) throw new Refusal("already_exists", `token ${tokenId} of run ${runId} exists already, ${there.status}`);
  const { scopeId = null, value = null, status = "active" } = given;
  if (scopeId !== null) mustBeActiveScope(run, scopeId);
  const token: Token = { scopeId, status, value };
  return putToken(tx, run, tokenId, token, { type: "token.added", payload: { tokenId, token } });
}

export function updateToken(tx: Tx, { runId, tokenId, patch }: z.infer<typeof tokenUpdate>): Readonly<Run> {
  const run = mustBeOpen(tx, runId);
  const was = mustHaveToken(run, tokenId);
  if (was.status === "cancelled") {
    throw new Refusal("illegal_transition", `token ${tokenId} is cancelled and can only be removed`, { legal: [] });
  }
  if (patch.scopeId) mustBeActiveScope(run, patch.scopeId);
  const { scopeId = was.scopeId, value = was.value, status = was.status } = patch;
  const token: Token = { scopeId, status, value };
  if (sameJson(was, token)) return run;
  return putToken(tx, run, tokenId, token, { type: "token.updated", payload: { tokenId, token } });
}

/** Takes a token away. Jobs that work for it go on. */
export function removeToken(tx: Tx, { runId, tokenId }: z.infer<typeof tokenRemove>): Run {
  const run = mustBeOpen(tx, runId);
  mustHaveToken(run, tokenId);
  return putToken(tx, run, tokenId, undefined, { type: "token.removed", payload: { tokenId } });
}

/** The token, or a refusal when the run has none of that id. */
export function mustHaveToken(run: Readonly<Run>, tokenId: string): Token {
  const token = ownOf(run.tokens, tokenId);
  if (token) return token;
  throw new Refusal("not_found", `run ${run.id} has no token ${tokenId}`);
}

const putToken = <T extends "token.added" | "token.updated" | "token.removed">(
  tx: Tx,
  run: Readonly<Run>,
  tokenId: string,
  token: Token | undefined,
  event: StateChange<T>,
) => changeState(tx, run, { tokens: tx.edit(run.tokens, tokenId, token) }, event);
