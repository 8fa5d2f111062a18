import type { Page } from "@playwright/test";
import { expect, test } from "./test.ts";

/** Marks a page so that a reload would be noticed: what is seen afterwards came over the socket. */
async function noReload(page: Page): Promise<() => Promise<void>> {
  await page.evaluate(() => document.documentElement.setAttribute("data-not-reloaded", ""));
  return () => expect(page.locator("html[data-not-reloaded]")).toBeAttached();
}

const live = (page: Page) => expect(page.getByRole("status").filter({ hasText: "Live" }).first()).toBeVisible();

test("a run appears, its timeline fills, a card moves, a breaker opens, and an alert is acknowledged in one browser and seen in another, all without reload", async ({
  operator,
  other,
  client,
}) => {
  // A run appears.
  await operator.goto("/runs");
  await live(operator);
  let stayed = await noReload(operator);
  await client.commit([
    { type: "run.create", runId: "story", workflow: "nightly build", completion: "auto" },
    { type: "workstream.create", runId: "story", workstreamId: "story.types", title: "Types" },
    {
      type: "job.enqueue",
      runId: "story",
      workstreamId: "story.types",
      jobId: "story.tsc",
      step: "tsc",
      maxAttempts: 1,
    },
    { type: "job.enqueue", runId: "story", jobId: "story.report", step: "report", dependsOn: ["story.tsc"] },
  ]);
  const row = operator.getByRole("row").filter({ hasText: "nightly build" });
  await expect(row).toBeVisible();
  await expect(row).toContainText("Pending");
  await stayed();

  // Its timeline fills.
  await operator.goto("/runs/story");
  await live(operator);
  stayed = await noReload(operator);
  const timeline = operator.getByRole("treegrid", { name: "Timeline of jobs" });
  await expect(timeline.getByRole("row", { name: "tsc" })).toBeVisible();
  const claimed = await client.claim({ agentKey: "builder", max: 1, leaseMs: 60_000 });
  expect(claimed.map((job) => job.jobId)).toEqual(["story.tsc"]);
  await expect(operator.getByText("Running").first()).toBeVisible();
  await client.complete({
    jobId: "story.tsc",
    leaseToken: claimed[0]?.leaseToken ?? "",
    exitCode: 0,
  });
  await expect(timeline.getByRole("row", { name: "tsc" })).toContainText(/\d (ms|s)/);
  await stayed();

  // A card moves: to Done with its last job, and on from there by hand.
  await other.goto("/board");
  await live(other);
  stayed = await noReload(other);
  const card = (column: string) => other.getByRole("region", { name: column }).getByRole("article", { name: "Types" });
  await expect(card("Done")).toBeVisible();
  await client.commit([{ type: "workstream.transition", workstreamId: "story.types", to: "review" }]);
  await expect(card("Review")).toBeVisible();
  await expect(card("Done")).toHaveCount(0);
  await stayed();

  // A breaker opens, and an alert is there.
  await other.goto("/agents");
  await live(other);
  stayed = await noReload(other);
  await client.commit([
    {
      type: "agent.register",
      agentKey: "flaky",
      displayName: "Flaky",
      breaker: { windowSize: 4, minimumCalls: 2, openMs: 600_000 },
    },
  ]);
  const tile = other.getByRole("article", { name: "Flaky" });
  await expect(tile).toContainText("Closed");
  await client.commit(
    [1, 2].map(() => ({ type: "breaker.record" as const, agentKey: "flaky", success: false, error: "exit code 1" })),
  );
  await expect(tile).toContainText("Open");
  await expect(tile).toContainText("100%");
  await stayed();

  // The alert is acknowledged in one browser and seen in another.
  for (const page of [operator, other]) {
    await page.goto("/alerts");
    await live(page);
  }
  const stays = [await noReload(operator), await noReload(other)];
  const alertIn = (page: Page) => page.getByRole("listitem").filter({ hasText: "Breaker of flaky is open" });
  await expect(alertIn(other).getByRole("button", { name: "Acknowledge", exact: true })).toBeVisible();
  await alertIn(operator).getByRole("button", { name: "Acknowledge", exact: true }).click();
  await expect(alertIn(operator)).toContainText(/Acknowledged by/);
  await expect(alertIn(other)).toContainText(/Acknowledged by/);
  await expect(alertIn(other).getByRole("button", { name: "Acknowledge", exact: true })).toHaveCount(0);
  for (const stay of stays) await stay();
});

test("a card is moved from the keyboard's menu, an illegal move is not offered, and another browser sees it", async ({
  operator,
  other,
  client,
}) => {
  await client.commit([
    { type: "run.create", runId: "cards", workflow: "cards" },
    { type: "workstream.create", runId: "cards", workstreamId: "cards.one", title: "Card one", status: "ready" },
  ]);
  for (const page of [operator, other]) {
    await page.goto("/board");
    await live(page);
  }
  const card = (page: Page, column: string) =>
    page.getByRole("region", { name: column }).getByRole("article", { name: "Card one" });
  await card(operator, "Ready").getByRole("button", { name: /Move/ }).click();
  const running = operator.getByRole("menuitem", { name: /Running/ });
  await expect(running).toBeVisible();
  await expect(operator.getByRole("menuitem", { name: /Done/ })).toHaveCount(0);
  await running.click();
  await expect(card(operator, "Running")).toBeVisible();
  await expect(card(other, "Running")).toBeVisible();
});

test("an operator trips a breaker with a reason and resets it", async ({ operator, client }) => {
  await client.commit([{ type: "agent.register", agentKey: "steady", displayName: "Steady" }]);
  await operator.goto("/agents");
  await live(operator);
  const tile = operator.getByRole("article", { name: "Steady" });
  await tile.getByRole("button", { name: "Trip" }).click();
  const dialog = operator.getByRole("dialog");
  await dialog.getByRole("textbox", { name: /reason/i }).fill("bad deploy");
  await dialog.getByRole("button", { name: /trip/i }).click();
  await expect(tile).toContainText("Forced open");
  await expect(tile).toContainText("bad deploy");
  await tile.getByRole("button", { name: "Reset" }).click();
  await dialog.getByRole("textbox", { name: /reason/i }).fill("fixed");
  await dialog.getByRole("button", { name: /reset/i }).click();
  await expect(tile).toContainText("Closed");
});

test("the events page follows the log, pauses without losing, and shows what came meanwhile", async ({
  operator,
  client,
}) => {
  await operator.goto("/events");
  await live(operator);
  await client.commit([{ type: "event.append", eventType: "x.before.pause" }]);
  await expect(operator.getByText("x.before.pause")).toBeVisible();
  await operator.getByRole("button", { name: "Pause", exact: true }).click();
  await client.commit([{ type: "event.append", eventType: "x.while.paused" }]);
  await expect(operator.getByText(/1 new/)).toBeVisible();
  await expect(operator.getByText("x.while.paused")).toHaveCount(0);
  await operator.getByRole("button", { name: /Resume|Follow/ }).click();
  await expect(operator.getByText("x.while.paused")).toBeVisible();
});

test("a browser that was offline says so, and catches up by position", async ({ operator, client }) => {
  await client.commit([{ type: "run.create", runId: "offline", workflow: "offline story" }]);
  await operator.goto("/runs/offline?tab=events");
  await live(operator);
  const stayed = await noReload(operator);
  await operator.context().setOffline(true);
  await expect(
    operator
      .getByRole("status")
      .filter({ hasText: /Stale|Catching up|Reconnecting/ })
      .first(),
  ).toBeVisible({ timeout: 30_000 });
  await client.commit(
    [1, 2, 3].map((n) => ({ type: "event.append" as const, eventType: `x.missed.${n}`, runId: "offline" })),
  );
  await operator.context().setOffline(false);
  await expect(operator.getByText("x.missed.3")).toBeVisible({ timeout: 30_000 });
  for (const n of [1, 2, 3]) await expect(operator.getByText(`x.missed.${n}`)).toHaveCount(1);
  await live(operator);
  await stayed();
});

test("an unknown run is a page that helps to find one", async ({ operator }) => {
  await operator.goto("/runs/there-is-none");
  await expect(operator.getByRole("searchbox", { name: "Find runs" })).toBeVisible();
});
