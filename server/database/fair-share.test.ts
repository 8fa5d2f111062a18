import { setImmediate as turn } from "node:timers/promises";
import fc from "fast-check";
import { expect, test } from "vitest";
import { FairShare, NoPlace, type ShareLimits } from "./fair-share.ts";

const limits = (more: Partial<ShareLimits> = {}): ShareLimits => ({
  total: 4,
  perTenant: 3,
  perPrincipal: 2,
  waiting: 100,
  waitingPerPrincipal: 50,
  waitMs: 60_000,
  ...more,
});

const refusalOf = (entering: Promise<unknown>) => entering.catch((error: NoPlace) => error.refusal);

test("nobody takes all places: neither a key those of its tenant, nor a tenant those of all", async () => {
  const share = new FairShare(limits());
  const over = new AbortController();
  const entered: string[] = [];
  const enter = (tenantId: string, principal: string) =>
    share.enter({ tenantId, principal, signal: over.signal }).then(() => entered.push(`${tenantId} ${principal}`));
  const all: Promise<unknown>[] = [];
  for (let i = 0; i < 10; i++) all.push(enter("greedy", "one"));
  for (let i = 0; i < 10; i++) all.push(enter("greedy", "two"));
  all.push(enter("modest", "only"));
  await turn();
  expect(entered.sort()).toEqual(["greedy one", "greedy one", "greedy two", "modest only"]);
  over.abort();
  await Promise.allSettled(all);
});

test("places go round: who asks once is not behind everything that somebody else has asked for", async () => {
  const share = new FairShare(limits({ total: 1, perTenant: 1, perPrincipal: 1 }));
  const order: string[] = [];
  const once = async (tenantId: string, principal: string) => {
    const leave = await share.enter({ tenantId, principal });
    order.push(`${tenantId} ${principal}`);
    await turn();
    leave();
  };
  const all = [..."aaaaa"].map(() => once("greedy", "one"));
  all.push(once("greedy", "two"), once("modest", "only"));
  await Promise.all(all);
  expect(order.indexOf("modest only")).toBeLessThan(3);
  expect(order.indexOf("greedy two")).toBeLessThan(4);
});

test("waiting is bounded: by key, in all, and in time", async () => {
  const share = new FairShare(limits({ total: 1, waiting: 3, waitingPerPrincipal: 2, waitMs: 20 }));
  const leave = await share.enter({ tenantId: "a", principal: "x" });
  const waiting = [1, 2].map(() => refusalOf(share.enter({ tenantId: "a", principal: "x" })));
  expect(await refusalOf(share.enter({ tenantId: "a", principal: "x" }))).toBe("own_share");
  waiting.push(refusalOf(share.enter({ tenantId: "b", principal: "y" })));
  expect(await refusalOf(share.enter({ tenantId: "b", principal: "y" }))).toBe("all");
  expect(await Promise.all(waiting)).toEqual(["own_share", "own_share", "all"]);
  leave();
  expect([share.running, share.waiting]).toEqual([0, 0]);
});

test("who goes away while waiting leaves the queue, and one who has gone is not let in", async () => {
  const share = new FairShare(limits({ total: 1 }));
  const leave = await share.enter({ tenantId: "a", principal: "x" });
  const gone = new AbortController();
  const entering = refusalOf(share.enter({ tenantId: "a", principal: "y", signal: gone.signal }));
  expect(share.waiting).toBe(1);
  gone.abort();
  expect(await entering).toBe("gone");
  expect(share.waiting).toBe(0);
  expect(await refusalOf(share.enter({ tenantId: "a", principal: "y", signal: gone.signal }))).toBe("gone");
  leave();
  leave();
  expect(share.running).toBe(0);
});

test("whatever comes and goes, bounds hold, no place is lost, and nothing is remembered at the end", async () => {
  const step = fc.record({
    tenantId: fc.constantFrom("a", "b", "c"),
    principal: fc.constantFrom("x", "y"),
    goes: fc.boolean(),
    turns: fc.nat({ max: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const bounds = limits({ total: 3, perTenant: 2, perPrincipal: 1, waiting: 10, waitingPerPrincipal: 4 });
      const share = new FairShare(bounds);
      const held = new Map<string, number>();
      const add = (key: string, by: number) => held.set(key, (held.get(key) ?? 0) + by);
      const visit = async ({ tenantId, principal, goes, turns }: (typeof steps)[number]) => {
        const gone = new AbortController();
        const entering = share.enter({ tenantId, principal, signal: gone.signal });
        if (goes) setImmediate(() => gone.abort());
        const leave = await entering.catch((error: unknown) => {
          if (!(error instanceof NoPlace)) throw error;
        });
        if (!leave) return;
        for (const key of ["all", tenantId, `${tenantId} ${principal}`]) add(key, 1);
        expect(held.get("all")).toBeLessThanOrEqual(bounds.total);
        expect(held.get(tenantId)).toBeLessThanOrEqual(bounds.perTenant);
        expect(held.get(`${tenantId} ${principal}`)).toBeLessThanOrEqual(bounds.perPrincipal);
        for (let i = 0; i < turns; i++) await turn();
        for (const key of ["all", tenantId, `${tenantId} ${principal}`]) add(key, -1);
        leave();
      };
      await Promise.all(steps.map(visit));
      expect([share.running, share.waiting, share.callers]).toEqual([0, 0, 0]);
    }),
    { numRuns: 200 },
  );
});
