import type { Page } from "@playwright/test";
import { test as base, expect } from "./test.ts";

/** With a server of its own: what is tried here is in nobody else's way. */
const test = base.extend<object, { apart: string }>({ apart: ["hostile", { scope: "worker", option: true }] });

/**
 * What made the pages work for tens of seconds; a page that is linear needs a fraction of it, also
 * on a busy machine.
 */
const LONGEST_TASK_MS = 4_000;

const OUTPUTS: readonly [string, string][] = [
  ["line", "a".repeat(200_000)],
  ["sequences", "\u001b[".repeat(60_000)],
  ["title", `\u001b]0;${"t".repeat(200_000)}`],
  ["digits", `\u001b[${"1".repeat(60_000)}`],
  ["returns", "\r".repeat(65_536)],
  ["blanks", `x${" ".repeat(100_000)}y`],
];
const WIDE = Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [`name${at}`, at]));
let deep: unknown = "end";
for (let level = 0; level < 60; level += 1) deep = { a: deep };

/** The longest task of the page's main thread so far, ms; begins to count with the next page. */
async function watchTasks(page: Page): Promise<() => Promise<number>> {
  await page.addInitScript(() => {
    const seen = { longest: 0 };
    Object.assign(window, { seen });
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) seen.longest = Math.max(seen.longest, duration);
    }).observe({ type: "longtask", buffered: true });
  });
  return () => page.evaluate(() => (window as unknown as { seen: { longest: number } }).seen.longest);
}

test.describe.configure({ timeout: 240_000 });

test("whatever a worker, an event or a caller brings, pages open and the server goes on answering", async ({
  operator,
  client,
  server,
}) => {
  await client.commit([{ type: "run.create", runId: "hostile", workflow: "w", context: { deep: deep as never } }]);
  for (const [jobId, output] of OUTPUTS) {
    await client.commit([
      { type: "job.enqueue", jobId, runId: "hostile", input: { deep: deep as never } },
      { type: "job.start", jobId, agentKey: "worker" },
    ]);
    await client.commit([{ type: "job.complete", jobId, result: { output, wide: WIDE } }]);
  }
  const payloads = [
    ...OUTPUTS.map(([, text]) => ({ text })),
    WIDE,
    { deep },
    { a: { b: { toString: 1 } } },
    JSON.parse('{"constructor": {"then": 1}, "$$typeof": 1, "error": {"message": {"valueOf": 1}}}'),
    { from: " ".repeat(100_000), to: "\n ".repeat(50_000) },
  ];
  for (const payload of payloads)
    await client.commit([{ type: "event.append", eventType: "x.constructor", runId: "hostile", payload }]);

  const longest = await watchTasks(operator);
  const slowest = { ms: 0 };
  const ask = async () => {
    const started = performance.now();
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    slowest.ms = Math.max(slowest.ms, performance.now() - started);
  };
  const asking = setInterval(() => void ask().catch(() => undefined), 100);
  const paths = ["/events", "/runs/hostile?tab=events", "/runs/hostile?tab=state", "/runs/hostile?tab=jobs"];
  for (const path of [...paths, ...OUTPUTS.map(([jobId]) => `/runs/hostile?job=${jobId}`)]) {
    const answer = await operator.goto(path);
    expect([path, answer?.status()]).toEqual([path, 200]);
    await expect(operator.getByRole("status").filter({ hasText: "Live" }).first()).toBeVisible();
    // Some of them show nothing at all once their sequences are done.
    if (path.includes("job=")) await expect(operator.getByRole("region", { name: "Attempts" })).toBeVisible();
    expect([path, (await longest()) < LONGEST_TASK_MS]).toEqual([path, true]);
  }
  clearInterval(asking);
  expect(slowest.ms).toBeLessThan(LONGEST_TASK_MS);

  await operator.goto("/events");
  for (const row of await operator.getByRole("button", { name: /x\.constructor/ }).all()) {
    await row.click();
    await expect(row).toHaveAttribute("aria-expanded", "true");
  }
  expect(await longest()).toBeLessThan(LONGEST_TASK_MS);
  await expect(operator.getByText("cannot be shown")).toHaveCount(0);
});

test("output without an end arrives piece by piece, and the page keeps up", async ({ operator, client }) => {
  await client.commit([
    { type: "run.create", runId: "endless", workflow: "w" },
    { type: "job.enqueue", jobId: "endless.job", runId: "endless" },
    { type: "job.start", jobId: "endless.job", agentKey: "worker" },
  ]);
  const longest = await watchTasks(operator);
  await operator.goto("/runs/endless?job=endless.job");
  await expect(operator.getByRole("status").filter({ hasText: "Live" }).first()).toBeVisible();
  const write = (text: string) =>
    client.commit([
      {
        type: "event.append",
        eventType: "x.job.output",
        runId: "endless",
        subject: { kind: "job", id: "endless.job" },
        payload: { attempt: 1, stream: "stdout", text },
      },
    ]);
  for (let piece = 0; piece < 12; piece += 1) await write("z".repeat(64_000));
  await write("\r\u001b[2K12%\r\u001b[2K100%\u001b(B done");
  await expect(operator.getByRole("region", { name: "Output" })).toContainText("100% done");
  await expect(operator.getByRole("region", { name: "Output" })).not.toContainText("12%");
  expect(await longest()).toBeLessThan(LONGEST_TASK_MS);
});

test("pages carry no payloads that they do not show, and show them when they are asked for", async ({
  operator,
  client,
}) => {
  const payload = { note: "x".repeat(900_000), last: "the end" };
  for (let at = 0; at < 12; at += 1)
    await client.commit([{ type: "approval.request", approvalId: `large-${at}`, title: `Large ${at}`, payload }]);
  for (const path of ["/board", "/approvals", "/", "/events"]) {
    const answer = await operator.goto(path);
    expect([path, ((await answer?.body())?.length ?? 0) < 1_500_000]).toEqual([path, true]);
  }
  await operator.goto("/board");
  await expect(operator.getByRole("link", { name: /Approvals.*12/ }).first()).toBeVisible();
  await operator.goto("/approvals?id=large-3");
  await expect(operator.getByRole("region", { name: "Payload" })).toContainText('"the end"');
  for (let at = 0; at < 12; at += 1) await client.commit([{ type: "approval.reject", approvalId: `large-${at}` }]);
});

test("a run's page carries its state only when that is small, and shows it when it is large", async ({
  operator,
  client,
}) => {
  await client.commit([
    { type: "run.create", runId: "heavy", workflow: "w", context: { note: "x".repeat(900_000), last: "the end" } },
    { type: "job.enqueue", jobId: "heavy.job", runId: "heavy" },
  ]);
  for (const path of ["/runs/heavy", "/radar"]) {
    const answer = await operator.goto(path);
    expect([path, ((await answer?.body())?.length ?? 0) < 700_000]).toEqual([path, true]);
  }
  await operator.goto("/runs/heavy?tab=state");
  await expect(operator.getByText('"the end"').first()).toBeVisible();
  await client.commit([{ type: "context.merge", runId: "heavy", patch: { last: "the new end" } }]);
  await expect(operator.getByText('"the new end"').first()).toBeVisible();
});

test("the browser draws foreign text as the server did", async ({ operator, client }) => {
  const errors: string[] = [];
  operator.on("pageerror", (error) => errors.push(String(error)));
  const texts = ["👩‍👩‍👧‍👦 1️⃣ 👨🏽‍🚀", "می‌خواهم", "a\u202eb\u200d", "שלום", "e\u0301"];
  for (const [at, workflow] of texts.entries())
    await client.commit([{ type: "run.create", runId: `drawn-${at}`, workflow, tags: [workflow] }]);
  await operator.goto("/runs");
  await expect(operator.getByRole("status").filter({ hasText: "Live" }).first()).toBeVisible();
  await expect(operator.getByText("👩‍👩‍👧‍👦 1️⃣ 👨🏽‍🚀").first()).toBeVisible();
  await operator.waitForLoadState("networkidle");
  expect(errors).toEqual([]);
});

test("long lists draw their first rows, and say what they do not show", async ({ operator, client }) => {
  await client.commit([{ type: "run.create", runId: "queues", workflow: "w" }]);
  await client.commit(
    Array.from({ length: 150 }, (_, at) => ({
      type: "job.enqueue" as const,
      jobId: `queued-${at}`,
      runId: "queues",
      queue: `long-${String(at).padStart(3, "0")}`,
    })),
  );
  await operator.goto("/queues");
  const rows = operator.getByRole("table", { name: "Queues" }).getByRole("row");
  await expect(operator.getByRole("note").filter({ hasText: "not shown" })).toBeVisible();
  await expect(rows).toHaveCount(101);
  await operator.getByRole("button", { name: /Show \d+ more/ }).click();
  await expect(operator.getByRole("link", { name: "long-149" })).toBeVisible();
});

test("what is read is what is approved", async ({ operator, client }) => {
  await client.commit([
    {
      type: "approval.request",
      approvalId: "turned",
      title: "Pay \u202e001\u202c to ops\u200b-agent",
      payload: { account: "1\u202e23" },
    },
  ]);
  await operator.goto("/approvals?id=turned");
  await expect(operator.getByRole("heading", { name: "Pay ‹U+202E›001‹U+202C› to ops‹U+200B›-agent" })).toBeVisible();
  await expect(operator.getByRole("region", { name: "Payload" })).toContainText('"1\\u202e23"');
  await client.commit([{ type: "approval.reject", approvalId: "turned" }]);
});

test("the sign-in page answers whatever its address says", async ({ page, server }) => {
  for (const error of ["constructor", "__proto__", "toString", "valueOf", "hasOwnProperty", "link_invalid"]) {
    const answer = await page.goto(`${server.url}/login?error=${error}`);
    expect([error, answer?.status()]).toEqual([error, 200]);
    await expect(page.getByRole("alert").first()).toBeVisible();
  }
});
