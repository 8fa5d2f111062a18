import AxeBuilder from "@axe-core/playwright";
import type { Locator, Page } from "@playwright/test";
import { test as base, expect } from "./test.ts";

/** With a server of its own: two hundred agents are in nobody else's way. */
const test = base.extend<object, { apart: string }>({ apart: ["agents", { scope: "worker", option: true }] });

/** Marks a page so that a reload would be noticed: what is seen afterwards came over the socket. */
async function noReload(page: Page): Promise<() => Promise<void>> {
  await page.evaluate(() => document.documentElement.setAttribute("data-not-reloaded", ""));
  return () => expect(page.locator("html[data-not-reloaded]")).toBeAttached();
}

const live = (page: Page) => expect(page.getByRole("status").filter({ hasText: "Live" }).first()).toBeVisible();
const tileOf = (page: Page, name: string): Locator => page.getByRole("article", { name, exact: true });
const strip = (page: Page) => page.getByRole("listbox", { name: "Breaker states over time" });
const settings = (page: Page) => page.getByRole("region", { name: "Settings" });

test("failing outcomes open a breaker on the board, which puts it first with what waits for it; its alert is acknowledged from the tile", async ({
  operator,
  other,
  client,
}) => {
  const breaker = { windowSize: 4, minimumCalls: 2, openMs: 600_000 };
  await client.commit([
    ...["able", "brisk"].map((agentKey) => ({ type: "agent.register" as const, agentKey, displayName: agentKey })),
    { type: "agent.register", agentKey: "zeta", displayName: "Zeta", capabilities: ["zeta-only"], breaker },
    { type: "run.create", runId: "stuck-run", workflow: "nightly" },
    { type: "job.enqueue", runId: "stuck-run", jobId: "stuck.job", step: "compile", capability: "zeta-only" },
  ]);
  for (const page of [operator, other]) {
    await page.goto("/agents");
    await live(page);
  }
  const stays = [await noReload(operator), await noReload(other)];
  await expect(tileOf(operator, "Zeta")).toContainText("Closed");
  await expect(operator.getByRole("article").first()).not.toHaveAccessibleName("Zeta");

  await client.commit(
    [1, 2].map(() => ({ type: "breaker.record" as const, agentKey: "zeta", success: false, error: "exit code 1" })),
  );
  const tile = tileOf(operator, "Zeta");
  await expect(tile).toContainText("Open");
  await expect(tile).toContainText(/100%failed · 2 of 2 calls/);
  await expect(tile).toContainText("exit code 1");
  await expect(tile.getByRole("timer")).toHaveText(/^9m \d\ds$/);
  await expect(operator.getByRole("article").first()).toHaveAccessibleName("Zeta");
  await expect(operator).toHaveTitle(/Agents \(1 open\)/);

  await tile.getByRole("button", { name: "1 job in 1 run waits" }).click();
  const waiting = operator.getByRole("dialog", { name: "Waiting for Zeta" });
  await expect(waiting.getByRole("link", { name: "compile" })).toHaveAttribute("href", "/runs/stuck-run?job=stuck.job");
  await operator.keyboard.press("Escape");

  await tile.getByRole("button", { name: "Acknowledge" }).click();
  await expect(tile).toContainText("Acknowledged by");
  await expect(tileOf(other, "Zeta")).toContainText("Acknowledged by");
  await expect(tileOf(other, "Zeta").getByRole("button", { name: "Acknowledge" })).toHaveCount(0);
  for (const stayed of stays) await stayed();
});

test("a breaker tripped for a few seconds counts down, returns by itself, and its page says who, why and how long", async ({
  operator,
  client,
}) => {
  await client.commit([{ type: "agent.register", agentKey: "brief", displayName: "Brief" }]);
  await operator.goto("/agents");
  await live(operator);
  const stayed = await noReload(operator);
  const tile = tileOf(operator, "Brief");
  await tile.getByRole("button", { name: "Trip" }).click();
  const dialog = operator.getByRole("dialog");
  await dialog.getByRole("radio", { name: "Other…" }).check();
  await dialog.getByRole("textbox", { name: "Duration" }).fill("4 seconds");
  await dialog.getByRole("textbox", { name: "Reason" }).fill("bad deploy");
  await dialog.getByRole("button", { name: "Trip" }).click();
  await expect(tile).toContainText("Forced open");
  await expect(tile).toContainText("bad deploy");
  await expect(tile.getByRole("timer")).toHaveText(/^\ds$/);
  await expect(tile).toContainText("Closed");
  await expect(tile.getByRole("timer")).toHaveCount(0);
  await stayed();

  await tile.getByRole("link", { name: "Brief" }).click();
  await expect(operator.getByRole("heading", { level: 1, name: "Brief" })).toBeVisible();
  await expect(strip(operator).getByRole("option", { name: /^Not registered yet/ })).toHaveCount(1);
  await expect(strip(operator).getByRole("option", { name: /^Forced open by .+ from .+: bad deploy$/ })).toHaveCount(1);
  await strip(operator).focus();
  await operator.keyboard.press("End");
  const said = operator.getByRole("region", { name: "Breaker states" });
  await expect(said).toContainText(/Closed from .+ to now .+: the override has expired/);
  await operator.keyboard.press("ArrowLeft");
  await expect(said).toContainText(/Forced open by .+: bad deploy/);
});

test("a breaker's settings are edited on its page, wrong ones are marked at their field, and a second browser sees them", async ({
  operator,
  other,
  client,
}) => {
  await client.commit([{ type: "agent.register", agentKey: "tuned", displayName: "Tuned" }]);
  for (const page of [operator, other]) {
    await page.goto("/agents/tuned");
    await live(page);
  }
  const stays = [await noReload(operator), await noReload(other)];
  await expect(settings(other)).toContainText("50% failures");
  await operator.getByRole("button", { name: "Edit settings" }).click();
  const form = operator.getByRole("dialog", { name: "Breaker of Tuned" });
  const threshold = form.getByRole("textbox", { name: "Failure rate threshold" });
  await threshold.fill("150%");
  await expect(threshold).toHaveAccessibleDescription(/must be at most 100%/);
  await expect(form.getByRole("button", { name: "Save settings" })).toBeDisabled();
  await threshold.fill("30%");
  await form.getByRole("textbox", { name: "Slow call duration threshold" }).fill("2 s");
  await form.getByRole("textbox", { name: "Wait duration in open state" }).fill("2 minutes");
  await form.getByRole("textbox", { name: "Reason" }).fill("the model got better");
  await form.getByRole("button", { name: "Save settings" }).click();
  await expect(form).toHaveCount(0);
  for (const page of [operator, other]) {
    await expect(settings(page)).toContainText("30% failures");
    await expect(settings(page)).toContainText("over 2.0 s");
    await expect(settings(page)).toContainText(/Stays open\s*2m/);
    const history = page.getByRole("list", { name: "Breaker history" });
    await expect(history).toContainText("Settings changed");
    await expect(history).toContainText("the model got better; Failure rate threshold 50% → 30%");
  }
  for (const stayed of stays) await stayed();
});

test("a drained agent says so with its reason, takes no jobs, and takes them again when it is undrained", async ({
  operator,
  other,
  client,
}) => {
  await client.commit([
    { type: "agent.register", agentKey: "leaving", displayName: "Leaving", capacity: 2 },
    { type: "run.create", runId: "drain-run", workflow: "drain" },
    { type: "job.enqueue", runId: "drain-run", jobId: "drain.job", step: "step", agentKey: "leaving" },
  ]);
  await other.goto("/agents");
  await live(other);
  await operator.goto("/agents/leaving");
  await live(operator);
  await operator.getByRole("button", { name: "Drain", exact: true }).click();
  const dialog = operator.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Reason" }).fill("moving house");
  await dialog.getByRole("button", { name: "Drain" }).click();
  await expect(operator.getByText("moving house").first()).toBeVisible();
  await expect(tileOf(other, "Leaving")).toContainText("Draining");
  await expect(tileOf(other, "Leaving").getByRole("button", { name: "1 job in 1 run waits" })).toBeVisible();
  expect(await client.claim({ agentKey: "leaving", max: 1, leaseMs: 60_000 })).toEqual([]);

  // Settings are changed without putting it back to work.
  await operator.getByRole("button", { name: "Edit settings" }).click();
  const form = operator.getByRole("dialog", { name: "Breaker of Leaving" });
  await form.getByRole("textbox", { name: "Minimum calls" }).fill("7");
  await form.getByRole("button", { name: "Save settings" }).click();
  await expect(settings(operator)).toContainText("7 calls on");
  await expect(tileOf(other, "Leaving")).toContainText("Draining");

  await operator.getByRole("button", { name: "Undrain" }).click();
  await dialog.getByRole("button", { name: "Undrain" }).click();
  await expect(tileOf(other, "Leaving")).not.toContainText("Draining");
  const claimed = await client.claim({ agentKey: "leaving", max: 1, leaseMs: 60_000 });
  expect(claimed.map(({ jobId }) => jobId)).toEqual(["drain.job"]);
  const jobs = operator.getByRole("table", { name: "Recent jobs" });
  await expect(jobs.getByRole("row").filter({ hasText: "step" })).toContainText("Running");
  await jobs.getByRole("button", { name: "Attempts of step" }).click();
  await expect(jobs.getByRole("list", { name: "Attempts" })).toContainText("leaving");
});

test("an agent's page lists the decisions that picked it, and leads to each", async ({ operator, client, server }) => {
  await client.commit([{ type: "agent.register", agentKey: "picked", displayName: "Picked", capabilities: ["pick"] }]);
  const answer = await fetch(`${server.url}/api/v1/routing/decisions`, {
    method: "POST",
    headers: { authorization: `Bearer ${server.key}`, "content-type": "application/json" },
    body: JSON.stringify({ taskId: "task-1", taskType: "picking", requiredCapability: "pick" }),
  });
  const { decisionId } = (await answer.json()) as { decisionId: string };
  await operator.goto("/agents/picked");
  const row = operator.getByRole("table", { name: "Routing decisions" }).getByRole("row").filter({ hasText: "task-1" });
  await expect(row).toContainText("no outcome yet");
  await expect(row.getByRole("link", { name: "task-1" })).toHaveAttribute("href", `/routing/${decisionId}`);
  await client.commit([{ type: "routing.outcome", decisionId, success: true, durationMs: 1500 }]);
  await expect(row).toContainText("Completed");
  await expect(row).toContainText("1.5 s");
});

test("two hundred agents are narrowed by state and by words, in the address; an unknown agent is said to be unknown", async ({
  operator,
  client,
}) => {
  test.setTimeout(180_000);
  const keys = Array.from({ length: 200 }, (_, index) => `pool-${String(index).padStart(3, "0")}`);
  await client.commit(
    keys.map((agentKey) => ({
      type: "agent.register" as const,
      agentKey,
      breaker: { windowSize: 2, minimumCalls: 1, openMs: 600_000 },
    })),
  );
  await client.commit([{ type: "breaker.record", agentKey: "pool-150", success: false, error: "out of memory" }]);
  await operator.goto("/agents");
  await live(operator);
  const words = operator.getByRole("searchbox", { name: "Name, capability or error" });
  await words.fill("pool");
  await expect(operator.getByRole("article")).toHaveCount(60);
  await operator.getByRole("button", { name: "Show the other 140" }).click();
  await expect(operator.getByRole("article")).toHaveCount(200);
  await expect(operator.getByRole("article").first()).toHaveAccessibleName("pool-150");
  await words.fill("pool memory");
  await expect(operator.getByRole("article")).toHaveCount(1);
  await expect(operator).toHaveURL(/q=pool(\+|%20)memory/);
  await operator.getByRole("group", { name: "State" }).getByRole("button", { name: /^Fine/ }).click();
  await expect(operator.getByText("No agent matches these filters")).toBeVisible();
  await operator.getByRole("button", { name: "Show all" }).click();
  await operator.goto("/agents?state=open&q=pool");
  await expect(operator.getByRole("article")).toHaveCount(1);
  // One beyond the first snapshot is live too.
  await client.commit([{ type: "breaker.record", agentKey: "pool-199", success: false, error: "out of memory" }]);
  await expect(tileOf(operator, "pool-199")).toBeVisible();

  await operator.goto("/agents/nobody-such");
  await expect(operator.getByText("There is no agent nobody-such")).toBeVisible();
});

for (const theme of ["dark", "light"] as const) {
  test(`the board, an agent's page and its form have no accessibility fault, ${theme}`, async ({
    operator,
    client,
  }) => {
    const faults: string[] = [];
    operator.on("pageerror", (error) => faults.push(error.message));
    const look = async (what: string) => {
      const { violations } = await new AxeBuilder({ page: operator }).withTags(["wcag2a", "wcag2aa"]).analyze();
      faults.push(...violations.map(({ id, help, nodes }) => `${what}: ${id} ${help}: ${nodes[0]?.target.join(" ")}`));
    };
    await client.commit([
      { type: "agent.register", agentKey: "seen", displayName: "Seen", breaker: { windowSize: 2, minimumCalls: 1 } },
      { type: "breaker.record", agentKey: "seen", success: false, error: "exit code 1" },
    ]);
    await operator.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    await operator.goto("/agents?q=seen");
    await expect(tileOf(operator, "Seen").getByRole("img", { name: /Success rate over the last hour/ })).toBeVisible();
    await look("the board");
    await tileOf(operator, "Seen").getByRole("button", { name: "Disable" }).click();
    await expect(operator.getByRole("dialog")).toBeVisible();
    await look("the order");
    await operator.keyboard.press("Escape");
    await operator.goto("/agents/seen");
    await expect(strip(operator).getByRole("option", { name: /^Open/ })).toHaveCount(1);
    await expect(operator.getByRole("figure", { name: "Success rate" })).toBeVisible();
    await look("the page");
    await operator.getByRole("button", { name: "Edit settings" }).click();
    await expect(operator.getByRole("textbox", { name: "Window size" })).toBeVisible();
    await look("the form");
    expect(faults).toEqual([]);
  });
}
