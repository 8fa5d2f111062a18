import type { FastifyInstance, FastifyRequest } from "fastify";
import { z } from "zod";
import type { BulkResult } from "../../domain/answers.ts";
import type { CommitFault } from "../../domain/commit.ts";
import type { ClientMutation } from "../../domain/mutations.ts";
import { durationMs, id, text, time } from "../../domain/primitives.ts";
import { toWire } from "../../domain/wire.ts";
import { StoreError } from "../store/errors.ts";
import { bodyOf } from "./command.ts";
import type { RouteDoc } from "./openapi/route-docs.ts";
import { ref, sentSchema } from "./openapi/schemas.ts";
import { BASE, committerOf, type ResourceDeps } from "./resource.ts";

const alertIds = z.array(id).min(1).max(1000).meta({ description: "Each at most once" });

/** What can be done to many alerts at once, with what each may be told. */
const BULK = {
  acknowledge: z.strictObject({ alertIds, note: text.optional(), timeoutMs: durationMs.positive().optional() }),
  unacknowledge: z.strictObject({ alertIds }),
  snooze: z.strictObject({
    alertIds,
    until: time.optional(),
    mode: z.enum(["resolved", "worse"]).optional(),
    note: text.optional(),
  }),
  resolve: z.strictObject({ alertIds, note: text.optional() }),
} as const;

/** `POST /alerts/acknowledge` and its like: one commit for all that can be moved; those that cannot be say why. */
export function registerAlertBulk(app: FastifyInstance, deps: ResourceDeps): void {
  for (const [verb, body] of Object.entries(BULK)) {
    const doc: RouteDoc = {
      tag: "Alerts",
      summary: `The same as \`/alerts/{id}/${verb}\`, for up to 1,000 at once`,
      body: sentSchema(body),
      answers: { 200: { description: "What became of each, in the order asked", schema: ref("BulkResult") } },
      problems: [400, 413, 415, 503],
    };
    app.post(`${BASE}/alerts/${verb}`, { config: { doc } }, async (request) => {
      const asked = body.parse(bodyOf(request));
      const { alertIds: ids, ...how } = asked;
      const each = [...new Set(ids)].map((alertId) => ({ type: `alert.${verb}`, alertId, ...how }) as AlertMutation);
      return moveAll(request, deps, each);
    });
  }
}

type AlertMutation = Extract<ClientMutation, { alertId: string }>;

/** Commits what is not refused. Refused ones are told by their place, so a second try without them goes through unless things move meanwhile. */
async function moveAll(request: FastifyRequest, deps: ResourceDeps, all: AlertMutation[]): Promise<BulkResult> {
  const refused = new Map<string, CommitFault>();
  for (let left = all; left.length > 0; ) {
    try {
      const { receipt, row } = await deps.store.commit(request.principal.tenantId, committerOf(request), {
        mutations: left,
      });
      const done = new Set(left.map((mutation) => mutation.alertId));
      const items = all.map(({ alertId }): BulkResult["items"][number] => {
        const alert = done.has(alertId) ? row("alert", alertId) : undefined;
        return alert
          ? { alertId, ok: true, alert: toWire("alert", alert) }
          : { alertId, ok: false, ...why(refused, alertId) };
      });
      return { items, receipt };
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

function why(refused: ReadonlyMap<string, CommitFault>, alertId: string) {
  const { code = "not_found", message = "" } = refused.get(alertId) ?? {};
  return { code, message };
}
