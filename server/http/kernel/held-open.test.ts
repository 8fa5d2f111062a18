import type { FastifyRequest } from "fastify";
import { Registry } from "prom-client";
import { expect, test } from "vitest";
import { HeldOpen } from "./held-open.ts";
import type { ProblemError } from "./problem.ts";

const by = (tenantId: string, id: string) =>
  ({ principal: { tenantId, kind: "key", id, name: id, role: "admin" } }) as FastifyRequest;

function refusal(act: () => unknown): ProblemError {
  try {
    act();
  } catch (error) {
    return error as ProblemError;
  }
  throw new Error("was let in");
}

test("each key, each tenant and all together have so many open, and what ends makes room", async () => {
  const registry = new Registry();
  const open = new HeldOpen("streams", { total: 4, perTenant: 3, perPrincipal: 2 }, registry);
  const leave = open.enter(by("a", "one"));
  open.enter(by("a", "one"));
  const own = refusal(() => open.enter(by("a", "one")));
  expect(own).toMatchObject({ status: 429, code: "too_many_open", headers: { "retry-after": "5" } });
  open.enter(by("a", "two"));
  expect(refusal(() => open.enter(by("a", "three")))).toMatchObject({ status: 429 });
  open.enter(by("b", "one"));
  const all = refusal(() => open.enter(by("c", "one")));
  expect(all).toMatchObject({ status: 503, code: "open_busy", headers: { "retry-after": "5" } });
  leave();
  leave();
  open.enter(by("a", "one"));
  expect(refusal(() => open.enter(by("c", "one"))).status).toBe(503);
  const metrics = await registry.metrics();
  expect(metrics).toContain("switchyard_open_streams 4");
  expect(metrics).toContain("switchyard_open_streams_refused_total 4");
});
