import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { type Caller, runAs } from "../../database/caller.ts";
import { principalScope } from "./principal.ts";

/**
 * Says on whose behalf a request reads, from its handler on: reads share their connections fairly
 * by tenant and by key or person, and one whose caller hangs up is not begun, or cancelled.
 */
export function installReaders(app: FastifyInstance): void {
  app.addHook("preHandler", (request, reply, done) => {
    if (request.caller === null) return done();
    runAs(new Asker(request, reply), done);
  });
}

/**
 * Who has sent a request. Most never ask whether they are still there, so that is made when it is
 * asked for.
 */
class Asker implements Caller {
  readonly tenantId: string;
  readonly principal: string;
  readonly #reply: FastifyReply;
  #signal: AbortSignal | undefined;

  constructor({ principal }: FastifyRequest, reply: FastifyReply) {
    this.tenantId = principal.tenantId;
    this.principal = principalScope(principal);
    this.#reply = reply;
  }

  get signal(): AbortSignal {
    this.#signal ??= whenGone(this.#reply);
    return this.#signal;
  }
}

function whenGone({ raw }: FastifyReply): AbortSignal {
  if (raw.closed) return AbortSignal.abort();
  const gone = new AbortController();
  raw.once("close", () => gone.abort());
  return gone.signal;
}
