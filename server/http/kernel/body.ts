import type { FastifyRequest } from "fastify";
import type { CommitFault } from "../../../domain/commit/commit.ts";
import { ProblemError } from "./problem.ts";

/** The body as an object; no body is an empty one. */
export function bodyOf(request: FastifyRequest): { [field: string]: unknown } {
  const body = request.body ?? {};
  if (typeof body === "object" && !Array.isArray(body)) return body as { [field: string]: unknown };
  throw malformed([
    { index: -1, type: null, code: "invalid_type", message: "the body must be a JSON object", path: "" },
  ]);
}

/** The 400 of a body that breaks its contract. */
export function malformed(faults: readonly CommitFault[]): ProblemError {
  return new ProblemError(400, "malformed", "The request does not match its contract.", { errors: faults });
}
