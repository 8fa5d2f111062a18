import { randomUUID } from "node:crypto";
import type { Page } from "@playwright/test";
import { type ProxyWays, startProxy, type TestProxy } from "../client/proxy.test-kit.ts";
import { expect, test } from "./test.ts";

let proxy: TestProxy | undefined;
test.afterEach(() => proxy?.close());

/** A signed-in page behind a proxy. */
async function behind(page: Page, server: { url: string; key: string }, ways: ProxyWays): Promise<Page> {
  proxy = await startProxy(server.url, ways);
  const headers = { authorization: `Bearer ${server.key}` };
  const answer = await fetch(`${server.url}/api/v1/login-links`, { method: "POST", headers });
  const link = new URL(((await answer.json()) as { url: string }).url);
  await page.goto(`${proxy.url}${link.pathname}${link.search}`);
  return page;
}

const FRESH = { timeout: 30_000 };

test("behind a proxy without WebSockets changes show by themselves, and the badge says how they come", async ({
  page,
  server,
  client,
}) => {
  await behind(page, server, {});
  await page.goto(`${proxy?.url}/runs`);
  const badge = page.locator("[data-freshness]");
  await expect(badge).toHaveAttribute("data-freshness", "live", FRESH);
  const runId = `quiet-${randomUUID().slice(0, 8)}`;
  await client.commit([{ type: "run.create", runId, workflow: "w" }]);
  await expect(page.getByText(runId).first()).toBeVisible(FRESH);
  await badge.hover();
  await expect(page.getByText(/lets no WebSockets through/).first()).toBeVisible();
});

test("where no live connection gets through at all, the page loads what is new and says why", async ({
  page,
  server,
  client,
}) => {
  test.setTimeout(180_000);
  // What a second server without sticky sessions answers.
  await behind(page, server, { status: 400, only: (path) => path.startsWith("/socket.io/") });
  await page.goto(`${proxy?.url}/runs`);
  const badge = page.locator("[data-freshness]");
  await expect(badge).toHaveAttribute("data-freshness", "reloading", { timeout: 60_000 });
  await badge.hover();
  await expect(page.getByText(/lets no WebSockets through/).first()).toBeVisible();
  const runId = `blocked-${randomUUID().slice(0, 8)}`;
  await client.commit([
    { type: "run.create", runId, workflow: "w" },
    { type: "job.enqueue", jobId: `${runId}.a`, runId },
  ]);
  await expect(page.getByText(runId).first()).toBeVisible(FRESH);
  await page.goto(`${proxy?.url}/runs/${runId}`);
  await expect(badge).toHaveAttribute("data-freshness", "reloading", { timeout: 60_000 });
  await client.commit([{ type: "job.enqueue", jobId: `${runId}.b`, runId }]);
  await expect(page.getByText(`${runId}.b`).first()).toBeVisible(FRESH);
  await page.goto(`${proxy?.url}/events`);
  await expect(badge).toHaveAttribute("data-freshness", "reloading", { timeout: 60_000 });
  await client.commit([{ type: "event.append", eventType: `x.${runId}`, payload: {} }]);
  await expect(page.getByText(`x.${runId}`).first()).toBeVisible(FRESH);
});
