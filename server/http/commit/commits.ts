import type { FastifyInstance } from "fastify";
import { parseCommit } from "../../../domain/commit/commit.ts";
import { type MailDeps, mustSendMail } from "../alerts/mail-channels.ts";
import { commitFor, malformed, markReplay } from "../kernel/command.ts";
import { BASE, idempotencyKeyOf, type ResourceDeps } from "../kernel/resource.ts";
import { COMMIT_DOC } from "../openapi/route-docs.ts";

/**
 * `POST /commits`: the one way state changes. 201 with the receipt; 200 for the same Idempotency-Key again; 400 for what breaks a
 * contract and 422 for what the state forbids, each with every fault; 409 when `expect` is stale.
 */
export function registerCommits(app: FastifyInstance, deps: ResourceDeps & MailDeps): void {
  app.post(`${BASE}/commits`, { config: { doc: COMMIT_DOC } }, async (request, reply) => {
    const parsed = parseCommit(request.body);
    if ("faults" in parsed) throw malformed(parsed.faults);
    mustSendMail(deps, parsed.commit.mutations);
    const outcome = await commitFor(request, deps, parsed.commit, idempotencyKeyOf(request), request.body);
    markReplay(reply, outcome);
    return reply.code(outcome.replayed ? 200 : 201).send(outcome.receipt);
  });
}
