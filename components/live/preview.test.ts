import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { QueryClient } from "@tanstack/react-query";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CLIENT_MUTATION_TYPES, type ClientMutationInput } from "../../domain/commit/mutations.ts";
import { leanRow } from "../../domain/kernel/lean.ts";
import { DAY_MS } from "../../domain/kernel/time.ts";
import { World, worldWith } from "../../domain/kernel/tx.test-kit.ts";
import { toListed, toWire } from "../../domain/kernel/wire.ts";
import { type Kind, type Rows, SENT_KINDS } from "../../domain/rows.ts";
import type { Live } from "./newer.ts";
import { preview } from "./preview.ts";
import { createQueryClient } from "./query-client.ts";
import { rowKey } from "./row-cache.ts";
import { loadPreview, shownAtOnce } from "./show-at-once.ts";

const ME = "user:ada";
const ROOMS = join(import.meta.dirname, "..");

/** A row as a list has it. */
const listed = <K extends Kind>(kind: K, row: Readonly<Rows[K]>): Live =>
  toListed(leanRow(toWire(kind, row) as Live)) as Live;

/** A page that has loaded the rows of a world for which `has` is true. */
function pageOf(world: World, has: (kind: Kind, id: string) => boolean = () => true): QueryClient {
  const client = createQueryClient();
  for (const kind of SENT_KINDS) {
    for (const row of world.all(kind)) {
      if (has(kind, row.id)) client.setQueryData(rowKey(kind, row.id), listed(kind, row));
    }
  }
  return client;
}

/** Not part of a preview: the server's count of changes, and who is notified when. */
const NOT_SHOWN = ["version", "seq", "escalationStep", "escalateAt", "heldAt", "reach", "notified"];

function visible(row: Live): object {
  return Object.fromEntries(Object.entries(row).filter(([column]) => !NOT_SHOWN.includes(column)));
}

/** The preview of a commit, and the result of the reducers on those rows in a real draft. */
function both(world: World, mutations: ClientMutationInput[], client = pageOf(world)) {
  world.actor = ME;
  const shown = preview(client, mutations, { actor: ME, now: world.now });
  const { faults, changed } = world.attempt(mutations);
  const made = shown.map(({ kind, id }) => visible(listed(kind, world.row(kind, id))));
  return { shown: shown.map(visible), made, faults, changed, kinds: shown.map(({ kind, id }) => `${kind}:${id}`) };
}

const iso = (ms: number): string => new Date(ms).toISOString();

/** A world with one of everything that can be clicked. */
function busyWorld(): World {
  const world = new World();
  world.commit(
    { type: "run.create", runId: "r", workflow: "build", completion: "auto" },
    { type: "workstream.create", runId: "r", workstreamId: "w", title: "Work" },
    { type: "workstream.create", runId: "r", workstreamId: "put", title: "Put", status: "review", follow: "manual" },
    { type: "workstream.create", runId: "r", workstreamId: "empty", title: "Empty" },
    { type: "agent.register", agentKey: "codex", capabilities: ["shell"] },
    { type: "job.enqueue", jobId: "a", runId: "r", workstreamId: "w" },
    { type: "job.enqueue", jobId: "b", runId: "r", workstreamId: "w", dependsOn: ["a"] },
    { type: "job.enqueue", jobId: "c", runId: "r", workstreamId: "w", dependsOn: ["b"], queue: "slow" },
    { type: "job.enqueue", jobId: "d", runId: "r", workstreamId: "put" },
    { type: "job.enqueue", jobId: "gated", runId: "r", workstreamId: "w", approval: { title: "Deploy?" } },
    { type: "run.create", runId: "other", workflow: "deploy" },
    { type: "job.enqueue", jobId: "far", runId: "other", dependsOn: ["a"] },
    { type: "session.create", sessionId: "s", agentRole: "reviewer" },
    { type: "task.create", taskId: "t", taskType: "review" },
    { type: "approval.request", approvalId: "two", title: "Both?", requiredApprovals: 2, payload: { n: 1 } },
    { type: "channel.put", channelId: "ops", kind: "webhook", target: "https://example.com/hook" },
    { type: "run.create", runId: "late", workflow: "slow", timeoutMs: 1_000 },
    { type: "run.transition", runId: "late", to: "running" },
    { type: "job.enqueue", jobId: "bad", runId: "other" },
    { type: "job.enqueue", jobId: "worse", runId: "other", dependsOn: ["bad"] },
    { type: "job.start", jobId: "bad", agentKey: "codex" },
    { type: "job.fail", jobId: "bad", error: "no" },
  );
  world.now += 2_000;
  world.settle();
  world.commit(
    { type: "job.claim", agentKey: "codex", capabilities: ["shell"], max: 1, leaseMs: 60_000 },
    { type: "breaker.override", agentKey: "codex", state: "forced_open", reason: "away" },
  );
  world.now += 1_000;
  return world;
}

/** Ids of alerts are derived from their subject. */
const alertOf = (world: World): string => world.all("alert")[0]?.id ?? "none";

/**
 * Every type of mutation that a click sends, each with one that is accepted and some that are
 * refused.
 */
const clicks = (alertId: string, now: number): ClientMutationInput[][] => [
  [{ type: "alert.acknowledge", alertId, note: "mine" }],
  [{ type: "alert.acknowledge", alertId, timeoutMs: 60_000 }],
  [{ type: "alert.snooze", alertId }],
  [{ type: "alert.snooze", alertId, until: iso(now + DAY_MS) }],
  [{ type: "alert.snooze", alertId, mode: "worse" }],
  [{ type: "alert.unacknowledge", alertId }],
  [{ type: "alert.comment", alertId, text: "look" }],
  [{ type: "alert.resolve", alertId, note: "done" }],
  ...["a", "b", "c", "d", "gated", "far", "bad"].flatMap((jobId): ClientMutationInput[][] => [
    [{ type: "job.cancel", jobId }],
    [{ type: "job.retry", jobId, reason: "again" }],
    [
      { type: "run.retry", runId: "r", jobs: "none" },
      { type: "job.retry", jobId },
    ],
  ]),
  ...["r", "other", "late"].flatMap((runId): ClientMutationInput[][] => [
    [{ type: "run.transition", runId, to: "cancelled", reason: "no" }],
    [{ type: "run.retry", runId }],
  ]),
  ...["w", "put", "empty"].flatMap((workstreamId): ClientMutationInput[][] => [
    [{ type: "workstream.transition", workstreamId, to: "review" }],
    [{ type: "workstream.transition", workstreamId, to: "done" }],
    [{ type: "workstream.follow", workstreamId }],
  ]),
  [{ type: "queue.configure", queue: "default", paused: true, reason: "full" }],
  [{ type: "queue.configure", queue: "default", paused: false }],
  [{ type: "queue.configure", queue: "default", concurrency: 2, capacity: null }],
  [{ type: "agent.drain", agentKey: "codex", reason: "update" }],
  [{ type: "agent.register", agentKey: "codex" }],
  [
    { type: "agent.register", agentKey: "codex", breaker: { failureRateThreshold: 0.9 } },
    { type: "agent.drain", agentKey: "codex" },
  ],
  [{ type: "breaker.override", agentKey: "codex", state: "disabled", reason: "test", expiresAt: iso(now + DAY_MS) }],
  [{ type: "breaker.override", agentKey: "codex", state: "closed", reason: "back" }],
  [{ type: "breaker.reset", agentKey: "codex", reason: "fixed" }],
  [{ type: "session.transition", sessionId: "s", to: "active" }],
  [{ type: "session.transition", sessionId: "s", to: "failed" }],
  [{ type: "task.transition", taskId: "t", to: "routed", toAgent: "codex" }],
  [{ type: "task.transition", taskId: "t", to: "pending" }],
  [{ type: "task.transition", taskId: "t", to: "cancelled", error: "no" }],
  [{ type: "approval.approve", approvalId: "two", comment: "fine", edit: { n: 2 } }],
  [{ type: "approval.approve", approvalId: "two" }],
  [{ type: "approval.reject", approvalId: "two", comment: "no" }],
  [{ type: "channel.put", channelId: "ops", kind: "webhook", target: "https://example.com/hook", enabled: false }],
];

const typesOf = (mutations: ClientMutationInput[]): string[] => mutations.map(({ type }) => type);

describe("the preview of a click", () => {
  it("equals the result of the reducers on those rows in a real draft, for any loaded rows and any earlier clicks", () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(), { minLength: 1, maxLength: 8 }),
        fc.func(fc.double({ min: 0, max: 1, noNaN: true })),
        fc.constantFrom(0, 0.05, 0.3),
        (picks, chance, missing) => {
          const world = busyWorld();
          for (const pick of picks) {
            const all = clicks(alertOf(world), world.now);
            const mutations = all[pick % all.length] ?? [];
            const page = pageOf(world, (kind, id) => chance(kind, id) >= missing);
            const { shown, made, faults } = both(world, mutations, page);
            expect(shown).toEqual(made);
            if (faults.length > 0) expect(shown).toEqual([]);
            world.now += 60_000;
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it("shows every clicked row, if it changes and everything is loaded", () => {
    const accepted = new Set<string>();
    const world = busyWorld();
    for (const at of clicks("", 0).keys()) {
      const mutations = clicks(alertOf(world), world.now)[at] ?? [];
      const { faults, shown, kinds, changed } = both(world, mutations);
      world.now += 1_000;
      if (faults.length > 0) continue;
      for (const type of typesOf(mutations)) accepted.add(type);
      const kind = mutations[0]?.type.split(".")[0] ?? "";
      // A retry of this one requests another approval, which has no id yet.
      const own = changed.filter(
        (key) => key.startsWith(`${kind}:`) && !(key === "job:gated" && typesOf(mutations).includes("job.retry")),
      );
      if (own.length > 0) expect([mutations, kinds, shown]).toEqual([mutations, expect.arrayContaining(own), shown]);
    }
    const all = clicks("", 0).flatMap(typesOf);
    expect([...accepted].sort()).toEqual([...new Set(all)].sort());
  });

  it("covers every type of mutation that the console previews", () => {
    const all = new Set(clicks("", 0).flatMap(typesOf));
    const asked = readdirSync(ROOMS, { recursive: true, encoding: "utf8" })
      .filter((name) => /\.tsx?$/.test(name) && !/\.test/.test(name))
      .map((name) => readFileSync(join(ROOMS, name), "utf8"))
      .filter((source) => source.includes("commits: ("))
      .flatMap((source) => [...source.matchAll(/"([a-z]+\.[a-z_]+)"/g)].map(([, type]) => type ?? ""))
      .filter((type) => CLIENT_MUTATION_TYPES.some((known) => known === type));
    expect(asked.length).toBeGreaterThan(10);
    expect(asked.filter((type) => !all.has(type))).toEqual([]);
  });

  it("makes a retried job wait for its dependencies, without the end of its last attempt", () => {
    const world = worldWith("first");
    world.commit({ type: "job.enqueue", jobId: "then", runId: "r", workstreamId: "w", dependsOn: ["first"] });
    world.commit(
      { type: "job.start", jobId: "first", agentKey: "codex" },
      { type: "job.complete", jobId: "first" },
      { type: "job.start", jobId: "then", agentKey: "codex" },
      { type: "job.fail", jobId: "then", error: "no", exitCode: 2, result: { n: 1 } },
    );
    const [failed] = previewOf(world, [{ type: "job.retry", jobId: "then" }]);
    expect(failed).toMatchObject({ status: "queued", error: null, result: null, exitCode: null, claimedBy: null });

    world.commit({ type: "job.enqueue", jobId: "root", runId: "r" });
    world.commit({ type: "job.enqueue", jobId: "leaf", runId: "r", dependsOn: ["root"] });
    world.commit({ type: "job.cancel", jobId: "leaf" });
    const [leaf] = previewOf(world, [{ type: "job.retry", jobId: "leaf" }]);
    expect(leaf).toMatchObject({ id: "leaf", status: "waiting", queuedAt: null, finishedAt: null });
  });

  it("snoozes until it is resolved when no end is given, with the reader as who acknowledged", () => {
    const world = busyWorld();
    const alertId = alertOf(world);
    expect(previewOf(world, [{ type: "alert.snooze", alertId }])).toMatchObject([
      { status: "snoozed", snoozeMode: "resolved", snoozedUntil: null },
    ]);
    expect(previewOf(world, [{ type: "alert.acknowledge", alertId }])).toMatchObject([{ acknowledgedBy: ME }]);
  });

  it("shows the rows around that change with it", () => {
    const world = worldWith("only");
    const rows = previewOf(world, [{ type: "job.cancel", jobId: "only" }]);
    expect(rows.map(({ kind }) => kind).sort()).toEqual(["job", "queue", "run", "workstream"]);
    expect(rows.find(({ kind }) => kind === "workstream")).toMatchObject({ status: "failed" });
  });

  it("keeps the version and the position of what is shown, and leaves the cache alone", () => {
    const world = worldWith("only");
    const page = pageOf(world);
    const before = page.getQueryData<Live>(rowKey("job", "only"));
    const [job] = preview(page, [{ type: "job.cancel", jobId: "only" }], { actor: ME, now: world.now });
    expect(job).toMatchObject({ status: "cancelled", version: before?.version, seq: before?.seq });
    expect(page.getQueryData(rowKey("job", "only"))).toBe(before);
    expect(before).toMatchObject({ status: "queued" });
  });

  it("does not change a column that is too large to be loaded, unless the click empties it", () => {
    const world = worldWith("only");
    const result = { text: "x".repeat(10_000) };
    world.commit(
      { type: "job.start", jobId: "only", agentKey: "codex" },
      { type: "job.fail", jobId: "only", error: "no", result },
    );
    const page = pageOf(world);
    expect(page.getQueryData(rowKey("job", "only"))).toMatchObject({ omitted: ["result"] });
    expect(previewOf(world, [{ type: "job.retry", jobId: "only" }])[0]).toMatchObject({ result: null, omitted: [] });

    const busy = busyWorld();
    const alertId = alertOf(busy);
    for (let n = 0; n < 3; n += 1) busy.commit({ type: "alert.comment", alertId, text: "y".repeat(1_900) });
    busy.now += 1_000;
    expect(previewOf(busy, [{ type: "alert.comment", alertId, text: "mine" }])).toMatchObject([
      { comments: [], omitted: ["comments"] },
    ]);
  });

  it("does not take loaded rows for new ones", () => {
    const world = busyWorld();
    const register: ClientMutationInput[] = [{ type: "agent.register", agentKey: "codex" }];
    expect(previewOf(world, register, (kind) => kind !== "agent")).toEqual([]);
  });

  it("shows nothing of refused or unknown mutations, nor of ones that depend on a row that is not loaded", () => {
    const world = worldWith("first");
    world.commit({ type: "job.enqueue", jobId: "then", runId: "r", dependsOn: ["first"] });
    world.commit({ type: "job.cancel", jobId: "then" });
    const retry: ClientMutationInput[] = [{ type: "job.retry", jobId: "then" }];
    expect(previewOf(world, retry)).not.toEqual([]);
    expect(previewOf(world, retry, (_, id) => id !== "first")).toEqual([]);
    expect(previewOf(world, [{ type: "job.cancel", jobId: "then" }])).toEqual([]);
    expect(previewOf(world, [{ type: "job.retry", jobId: "no such job" }])).toEqual([]);
    expect(
      previewOf(world, [{ type: "run.transition", runId: "r", to: "cancelled" }], (_, id) => id !== "then"),
    ).toEqual([]);
  });
});

describe("what a click shows at once", () => {
  it("is the clicked row, unchanged, until the reducers are loaded and where they give no result", async () => {
    const world = worldWith("only");
    const page = pageOf(world);
    const reader = { actor: ME, now: world.now };
    const cancel: ClientMutationInput[] = [{ type: "job.cancel", jobId: "only" }];
    const refused: ClientMutationInput[] = [{ type: "job.retry", jobId: "only" }];
    await loadPreview();
    expect(shownAtOnce(page, [cancel], reader).find(({ id }) => id === "only")).toMatchObject({ status: "cancelled" });
    expect(shownAtOnce(page, [refused], reader)).toEqual([page.getQueryData(rowKey("job", "only"))]);
    expect(shownAtOnce(page, [[{ type: "job.cancel", jobId: "elsewhere" }]], reader)).toEqual([]);
  });

  it("is each of several commits separately: a refused one does not affect the others", async () => {
    const world = busyWorld();
    const alertId = alertOf(world);
    await loadPreview();
    const rows = shownAtOnce(
      pageOf(world),
      [[{ type: "alert.acknowledge", alertId }], [{ type: "alert.acknowledge", alertId: "gone" }]],
      { actor: ME, now: world.now },
    );
    expect(rows).toMatchObject([{ id: alertId, status: "acknowledged" }]);
  });
});

/** The preview of a commit on a page that has loaded the rows for which `has` is true. */
function previewOf(world: World, mutations: ClientMutationInput[], has?: (kind: Kind, id: string) => boolean): Live[] {
  return preview(pageOf(world, has), mutations, { actor: ME, now: world.now });
}
