import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { z } from "zod";
import type { Rule } from "../../../domain/alerts/contract.ts";
import { defaultRule } from "../../../domain/alerts/rule-defaults.ts";
import { RULE_PARAMS } from "../../../domain/alerts/rule-params.ts";
import { ownOf } from "../../../domain/kernel/json-map.ts";
import { jsonObject, keptMs } from "../../../domain/kernel/primitives.ts";
import { RULE_KINDS } from "../../../domain/kernel/statuses.ts";
import { listRules, readRule } from "../../store/reads/alerts/alert-rules.ts";
import { previewRule } from "../../store/reads/alerts/rule-preview.ts";
import { readRow } from "../../store/reads/kernel/one-row.ts";
import type { CommitOutcome } from "../../store/types.ts";
import { bodyOf, commitOnRow, markReplay, parseMutation } from "../kernel/command.ts";
import { BASE, found, pathId, type ResourceDeps, scopeOf } from "../kernel/resource.ts";
import { etagOf } from "../kernel/versions.ts";
import { plainDoc, type RouteDoc } from "../openapi/route-docs.ts";
import { ref, sentSchema } from "../openapi/schemas.ts";

const tag = "Alerts";

const previewBody = z
  .strictObject({
    kind: z.enum(RULE_KINDS),
    params: jsonObject,
    forMs: keptMs.default(0),
    days: z.number().min(0.01).max(90).default(7),
  })
  .check((ctx) => {
    for (const issue of ownOf(RULE_PARAMS, ctx.value.kind)?.safeParse(ctx.value.params).error?.issues ?? []) {
      ctx.issues.push({
        code: "custom",
        message: issue.message,
        path: ["params", ...issue.path],
        input: ctx.value.params,
      });
    }
  });

const putDoc: RouteDoc = {
  tag,
  summary: "Write a rule, new or not; one of a built-in rule's id replaces it",
  description: "The body is the mutation `rule.put`; with an id in the path `ruleId` may be left out.",
  answers: {
    200: { description: "The rule", schema: ref("AlertRule") },
    201: { description: "The new rule", schema: ref("AlertRule") },
  },
  problems: [400, 404, 409, 412, 413, 415, 422, 503],
  repeatable: true,
  versioned: true,
};
const removeDoc: RouteDoc = {
  tag,
  summary: "Remove a rule; its open alerts resolve",
  answers: { 200: { description: "The rule as it was", schema: ref("AlertRule") } },
  problems: [400, 404, 412, 503],
  repeatable: true,
  versioned: true,
};
const previewDoc: RouteDoc = {
  tag,
  summary: "How often a rule would have fired over the last days",
  body: sentSchema(previewBody),
  answers: { 200: { description: "The firings, the latest first", schema: ref("RulePreview") } },
  problems: [400, 413, 415, 503],
};

/** `/alert-rules`: the conditions that raise alerts, as operators write them. */
export function registerAlertRules(app: FastifyInstance, deps: ResourceDeps): void {
  const list = plainDoc(tag, "All rules, built-in ones among them", "AlertRules");
  app.get(`${BASE}/alert-rules`, { config: { doc: list } }, async (request) => ({
    items: (await listRules(request.db)).map(sent),
    nextCursor: null,
  }));
  const one = { ...plainDoc(tag, "One rule", "AlertRule"), problems: [400, 404] };
  app.get(`${BASE}/alert-rules/:id`, { config: { doc: one } }, async (request, reply) => {
    const ruleId = pathId(request);
    const rule = found(await readRule(request.db, ruleId), "rule", ruleId);
    return reply.header("etag", etagOf(rule)).send(sent(rule));
  });
  for (const path of ["/alert-rules", "/alert-rules/:id"]) {
    app.put(`${BASE}${path}`, { config: { doc: putDoc } }, async (request, reply) => {
      const known = { type: "rule.put", ...(path.includes(":id") && { ruleId: pathId(request) }) };
      const commit = parseMutation(bodyOf(request), known);
      const { ruleId } = commit.mutations[0] as { ruleId: string };
      const outcome = await commitOnRow(request, deps, commit, {
        ...{ kind: "rule", id: ruleId, creates: true, puts: true },
        read: readOf(request, ruleId),
      });
      const rule = found(outcome.row("rule", ruleId) ?? (await readRule(request.db, ruleId)), "rule", ruleId);
      const isNew = !outcome.replayed && rule.version === 1 && !defaultRule(ruleId);
      return answer(reply.code(isNew ? 201 : 200), outcome, rule);
    });
  }
  app.delete(`${BASE}/alert-rules/:id`, { config: { doc: removeDoc } }, async (request, reply) => {
    const ruleId = pathId(request);
    const commit = parseMutation({}, { type: "rule.remove", ruleId });
    const outcome = await commitOnRow(request, deps, commit, {
      ...{ kind: "rule", id: ruleId, creates: false },
      read: readOf(request, ruleId),
    });
    return answer(reply, outcome, found(outcome.row("rule", ruleId) ?? null, "rule", ruleId));
  });
  app.post(`${BASE}/alert-rules/preview`, { config: { doc: previewDoc, forViewers: true } }, (request, reply) => {
    const asked = previewBody.parse(bodyOf(request));
    return deps.longReads.ask(request, reply, deps.stopping, `preview ${JSON.stringify(asked)}`, () =>
      previewRule(scopeOf(request, deps), asked),
    );
  });
}

/** Reads the rule as it is now, a removed one too. */
const readOf = (request: FastifyRequest, ruleId: string) => async () => {
  const rule = (await readRow(request.db, "rule", ruleId)) ?? defaultRule(ruleId);
  return rule ? sent(rule) : null;
};

function answer(reply: FastifyReply, outcome: CommitOutcome, rule: Readonly<Rule>): FastifyReply {
  markReplay(reply, outcome);
  return reply.header("etag", etagOf(rule)).send({ ...sent(rule), receipt: outcome.receipt });
}

/** A rule as this resource sends it: `kind` is the rule's own, as it is in `rule.put`. */
function sent({ ruleKind, ...rule }: Readonly<Rule>) {
  return { ...rule, ruleId: rule.id, kind: ruleKind, builtIn: defaultRule(rule.id) !== undefined };
}
