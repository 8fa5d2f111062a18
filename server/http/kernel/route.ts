import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { AnswerOf, BodyOf, Endpoint, QueryOf } from "../../../domain/kernel/endpoint.ts";
import { bodyOf } from "./body.ts";
import { BASE, mustBeAt, pathId } from "./resource.ts";
import { etagOf } from "./versions.ts";

declare module "fastify" {
  interface FastifyContextConfig {
    /**
     * What this route answers: for the reference, and for tests that compare it with real answers.
     */
    endpoint?: Endpoint;
  }
}

/**
 * One call of an endpoint, as its handler gets it. A body that is a mutation's is left to the
 * commit.
 */
export interface Call<E extends Endpoint> {
  request: FastifyRequest;
  reply: FastifyReply;
  /** The `:id` of the path; empty where it has none. */
  id: string;
  query: QueryOf<E>;
  body: BodyOf<E>;
}

type Answered<E> = AnswerOf<E> | (E extends { readonly streams: true } ? FastifyReply : never);

export interface RouteOptions {
  /** A long poll or a stream: its duration is no sign of trouble. */
  longLived?: boolean;
  /** Changes nothing of the tenant's though it is no GET. */
  forViewers?: boolean;
  /** The handler sees to `minSeq` by itself. */
  ownMinSeq?: boolean;
  /** How large a body may be, bytes, where that is not what all others take. */
  bodyLimit?: number | undefined;
  /** Throws when the caller may not do this, before anything is parsed. */
  allow?: (request: FastifyRequest) => void;
}

/**
 * Registers an endpoint. Its handler gets the id, the query and the body checked (400 with every
 * fault), and a log that has come as far as `minSeq` says (425); the compiler checks what it
 * answers.
 */
export function route<const E extends Endpoint>(
  app: FastifyInstance,
  endpoint: E,
  handler: (call: Call<E>) => Answered<E> | Promise<Answered<E>>,
  { ownMinSeq = false, bodyLimit, allow, ...config }: RouteOptions = {},
): void {
  const { method, path, query, known, tagged, answer } = endpoint;
  const hasId = path.includes(":id");
  // A mutation's contract is checked with the commit, together with what the path says.
  const body = known ? undefined : endpoint.body;
  app.route({
    method,
    url: `${BASE}${path}`,
    config: { endpoint, ...config },
    ...(bodyLimit !== undefined && { bodyLimit }),
    handler: async (request, reply) => {
      allow?.(request);
      const id = hasId ? pathId(request) : "";
      const asked = query?.parse(request.query) as QueryOf<E>;
      const given = body?.parse(bodyOf(request)) as BodyOf<E>;
      const { minSeq } = (asked ?? {}) as { minSeq?: number };
      if (minSeq !== undefined && !ownMinSeq) await mustBeAt(request, minSeq);
      const answered = await handler({ request, reply, id, query: asked, body: given });
      if (tagged) reply.header("etag", etagOf(answered as { version: number }));
      if (answer === undefined) reply.code(204);
      return answered;
    },
  });
}
