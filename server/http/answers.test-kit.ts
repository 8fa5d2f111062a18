import type { FastifyInstance } from "fastify";
import type { z } from "zod";

/** More of them do not help to find the fault. */
const MOST = 20;

/**
 * Compares every successful answer of an application with its endpoint's definition: what is
 * missing or of another shape, and what nobody has defined. Answers the list of what does not fit,
 * which grows.
 */
export function checkAnswers(app: FastifyInstance): ReadonlySet<string> {
  const misfits = new Set<string>();
  app.addHook("onSend", (request, reply, payload, done) => {
    const { endpoint } = request.routeOptions.config;
    const isJson = String(reply.getHeader("content-type")).startsWith("application/json");
    if (endpoint && reply.statusCode < 300 && isJson && typeof payload === "string" && misfits.size < MOST) {
      const fault = endpoint.answer ? faultOf(endpoint.answer, JSON.parse(payload)) : "nothing is to be answered";
      if (fault) misfits.add(`${endpoint.method} ${endpoint.path}: ${fault}`);
    }
    done();
  });
  return misfits;
}

/** The first way in which an answer is not as its schema says. */
function faultOf(schema: z.ZodType, answer: unknown): string | undefined {
  const { data, error } = schema.safeParse(answer);
  const issue = error?.issues.find(({ path }) => !isLeftOut(answer, path));
  if (issue) return `${issue.path.join(".")}: ${issue.message}`;
  return error ? undefined : unknownOf(answer, data, []);
}

/** Whether a field is named in the `omitted` of what it belongs to: asked for with `large=omit`. */
function isLeftOut(answer: unknown, path: readonly PropertyKey[]): boolean {
  let value = answer;
  for (const part of path) {
    if (typeof value !== "object" || value === null) return false;
    const { omitted } = value as { omitted?: unknown };
    if (Array.isArray(omitted) && omitted.includes(part)) return true;
    value = (value as { [part: PropertyKey]: unknown })[part];
  }
  return false;
}

/** Schemas drop what they do not know: the first field that did not come through. */
function unknownOf(answer: unknown, parsed: unknown, path: readonly string[]): string | undefined {
  if (typeof answer !== "object" || answer === null || typeof parsed !== "object" || parsed === null) return undefined;
  for (const [name, value] of Object.entries(answer)) {
    if (name === "omitted") continue;
    const at = [...path, name];
    if (!Object.hasOwn(parsed, name)) return `${at.join(".")}: nobody has defined this field`;
    const fault = unknownOf(value, (parsed as { [name: string]: unknown })[name], at);
    if (fault) return fault;
  }
  return undefined;
}
