import type { FastifyInstance } from "fastify";
import { parseCommit } from "../../../domain/commit/commit.ts";
import { commitEndpoint } from "../../../domain/commit/commit-endpoint.ts";
import { type MailDeps, mustSendMail } from "../alerts/mail-channels.ts";
import { malformed } from "../kernel/body.ts";
import { commitFor, markReplay } from "../kernel/command.ts";
import { idempotencyKeyOf, type ResourceDeps } from "../kernel/resource.ts";
import { route } from "../kernel/route.ts";

/**
 * `POST /commits`: the one way state changes. 201 with the receipt; 200 for the same
 * Idempotency-Key again; 400 for what breaks a contract and 422 for what the state forbids, each
 * with every fault; 409 when `expect` is stale.
 */
export function registerCommits(app: FastifyInstance, deps: ResourceDeps & MailDeps): void {
  route(app, commitEndpoint, async ({ request, reply }) => {
    const parsed = parseCommit(request.body);
    if ("faults" in parsed) throw malformed(parsed.faults);
    mustSendMail(deps, parsed.commit.mutations);
    const outcome = await commitFor(request, deps, parsed.commit, idempotencyKeyOf(request), request.body);
    markReplay(reply, outcome);
    if (!outcome.replayed) reply.code(201);
    return outcome.receipt;
  });
}
