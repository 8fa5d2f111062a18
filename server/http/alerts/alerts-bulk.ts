import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { BULK, type BulkResult } from "../../../domain/alerts/endpoints.ts";
import type { CommitFault } from "../../../domain/commit/commit.ts";
import type { ClientMutation } from "../../../domain/commit/mutations.ts";
import { toWire } from "../../../domain/kernel/wire.ts";
import { StoreError } from "../../store/errors.ts";
import { readRow } from "../../store/reads/kernel/one-row.ts";
import type { CommitOutcome } from "../../store/types.ts";
import { commitFor, markReplay } from "../kernel/command.ts";
import { idempotencyKeyOf, type ResourceDeps } from "../kernel/resource.ts";
import { route } from "../kernel/route.ts";

/**
 * `POST /alerts/acknowledge` and its like: one commit for all that can be moved; those that cannot
 * be say why.
 */
export function registerAlertBulk(app: FastifyInstance, deps: ResourceDeps): void {
  for (const [verb, endpoint] of Object.entries(BULK)) {
    route(app, endpoint, ({ request, reply, body }) => {
      const { alertIds: ids, ...how } = body;
      const each = [...new Set(ids)].map((alertId) => ({ type: `alert.${verb}`, alertId, ...how }) as AlertMutation);
      return moveAll(request, reply, deps, each);
    });
  }
}

type AlertMutation = Extract<ClientMutation, { alertId: string }>;

/**
 * Commits what is not refused. Refused ones are reported by their place, so a second try without
 * them goes through unless things move meanwhile. All tries are one request under its
 * Idempotency-Key; the receipt says which alerts it has moved.
 */
async function moveAll(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: ResourceDeps,
  all: AlertMutation[],
): Promise<BulkResult> {
  const refused = new Map<string, CommitFault>();
  for (let left = all; left.length > 0; ) {
    try {
      const outcome = await commitFor(request, deps, { mutations: left }, idempotencyKeyOf(request), all);
      markReplay(reply, outcome);
      return { items: await itemsOf(request, outcome, all, refused), receipt: outcome.receipt };
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== "commit_refused") throw error;
      const faults = (error.errors ?? []) as CommitFault[];
      for (const fault of faults) {
        const mutation = left[fault.index];
        if (mutation) refused.set(mutation.alertId, fault);
      }
      const rest = left.filter((mutation) => !refused.has(mutation.alertId));
      if (rest.length === left.length) throw error;
      left = rest;
    }
  }
  return { items: all.map(({ alertId }) => ({ alertId, ok: false, ...why(refused, alertId) })), receipt: null };
}

async function itemsOf(
  request: FastifyRequest,
  { receipt, row }: CommitOutcome,
  all: readonly AlertMutation[],
  refused: ReadonlyMap<string, CommitFault>,
): Promise<BulkResult["items"]> {
  const moved = new Set(receipt.results.map((result) => (result as { id: string }).id));
  const items: BulkResult["items"] = [];
  for (const { alertId } of all) {
    const known = moved.has(alertId) ? row("alert", alertId) : undefined;
    const alert = known ? toWire("alert", known) : moved.has(alertId) && (await readRow(request.db, "alert", alertId));
    items.push(alert ? { alertId, ok: true, alert } : { alertId, ok: false, ...why(refused, alertId) });
  }
  return items;
}

function why(refused: ReadonlyMap<string, CommitFault>, alertId: string) {
  const { code = "not_moved", message = "it was not moved when this was asked first" } = refused.get(alertId) ?? {};
  return { code, message };
}
