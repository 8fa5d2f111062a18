import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Rule } from "../../../domain/alerts/contract.ts";
import { type AlertRule, ruleEndpoints as endpoints } from "../../../domain/alerts/endpoints.ts";
import { defaultRule } from "../../../domain/alerts/rule-defaults.ts";
import { listRules, readRule } from "../../store/reads/alerts/alert-rules.ts";
import { previewRule } from "../../store/reads/alerts/rule-preview.ts";
import { readRow } from "../../store/reads/kernel/one-row.ts";
import { bodyOf } from "../kernel/body.ts";
import { answerRow, commitOnRow, parseMutation } from "../kernel/command.ts";
import { found, type ResourceDeps, scopeOf } from "../kernel/resource.ts";
import { route } from "../kernel/route.ts";

/** `/alert-rules`: the conditions that raise alerts, as operators write them. */
export function registerAlertRules(app: FastifyInstance, deps: ResourceDeps): void {
  route(app, endpoints.list, async ({ request }) => ({
    items: (await listRules(request.db)).map(sent),
    nextCursor: null,
  }));
  route(app, endpoints.one, async ({ request, id }) => sent(found(await readRule(request.db, id), "rule", id)));

  const put = async (request: FastifyRequest, reply: FastifyReply, known: { ruleId?: string }) => {
    const commit = parseMutation(bodyOf(request), { type: "rule.put", ...known });
    const { ruleId } = commit.mutations[0] as { ruleId: string };
    const outcome = await commitOnRow(request, deps, commit, {
      ...{ kind: "rule", id: ruleId, creates: true, puts: true },
      read: readOf(request, ruleId),
    });
    const rule = found(outcome.row("rule", ruleId) ?? (await readRule(request.db, ruleId)), "rule", ruleId);
    if (!outcome.replayed && rule.version === 1 && !defaultRule(ruleId)) reply.code(201);
    return answerRow(reply, outcome, sent(rule));
  };
  route(app, endpoints.put, ({ request, reply }) => put(request, reply, {}));
  route(app, endpoints.putOne, ({ request, reply, id }) => put(request, reply, { ruleId: id }));

  route(app, endpoints.remove, async ({ request, reply, id }) => {
    const commit = parseMutation({}, { type: "rule.remove", ruleId: id });
    const outcome = await commitOnRow(request, deps, commit, {
      ...{ kind: "rule", id, creates: false },
      read: readOf(request, id),
    });
    return answerRow(reply, outcome, sent(found(outcome.row("rule", id) ?? null, "rule", id)));
  });
  const preview = { forViewers: true };
  route(
    app,
    endpoints.preview,
    ({ request, reply, body }) =>
      deps.longReads.ask(request, reply, deps.stopping, `preview ${JSON.stringify(body)}`, () =>
        previewRule(scopeOf(request, deps), body),
      ),
    preview,
  );
}

/** Reads the rule as it is now, a removed one too. */
const readOf = (request: FastifyRequest, ruleId: string) => async () => {
  const rule = (await readRow(request.db, "rule", ruleId)) ?? defaultRule(ruleId);
  return rule ? sent(rule) : null;
};

/** A rule as this resource sends it: `kind` is the rule's own, as it is in `rule.put`. */
function sent({ ruleKind, ...rule }: Readonly<Rule>): AlertRule {
  return { ...rule, ruleId: rule.id, kind: ruleKind, builtIn: defaultRule(rule.id) !== undefined };
}
