import type { FastifyInstance } from "fastify";
import { leanAnswer } from "../../../domain/kernel/lean.ts";

/** Answers requests that say `large=omit` (`largeQuery`) without what is large. */
export function installLeanAnswers(app: FastifyInstance): void {
  app.addHook("preSerialization", (request, _reply, payload, done) => {
    const { large } = request.query as { large?: unknown };
    done(null, large === "omit" && typeof payload === "object" && payload !== null ? leanAnswer(payload) : payload);
  });
}
