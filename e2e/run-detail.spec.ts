import type { Page } from "@playwright/test";
import { expect, test } from "./test.ts";

const live = (page: Page) => expect(page.getByRole("status").filter({ hasText: "Live" }).first()).toBeVisible();

/** Marks a page so that a reload would be noticed: what is seen afterwards came over the socket. */
async function noReload(page: Page): Promise<() => Promise<void>> {
  await page.evaluate(() => document.documentElement.setAttribute("data-not-reloaded", ""));
  return () => expect(page.locator("html[data-not-reloaded]")).toBeAttached();
}

test("the state of a run follows a merge without reload; any two positions are compared, and the earlier one restored", async ({
  operator,
  client,
}) => {
  const runId = "detail-state";
  await client.commit([
    { type: "run.create", runId, workflow: "state", context: { branch: "main", stage: "one" } },
    { type: "scope.enter", runId, scopeId: "outer" },
    { type: "scope.enter", runId, scopeId: "inner", parentId: "outer" },
    { type: "token.add", runId, tokenId: "walker", token: { scopeId: "inner", value: { at: 1 } } },
  ]);
  await operator.goto(`/runs/${runId}?tab=state`);
  await live(operator);
  const stayed = await noReload(operator);
  const context = operator.getByRole("region", { name: "Context" });
  await expect(context).toContainText('"one"');
  await client.commit([{ type: "context.merge", runId, patch: { stage: "two", extra: [1] } }]);
  await expect(context).toContainText('"two"');
  await client.commit([{ type: "scope.cancel", runId, scopeId: "outer" }]);
  const tokens = operator.getByRole("region", { name: "Tokens and scopes" });
  await expect(tokens.getByRole("listitem").filter({ hasText: "walker" }).last()).toContainText("cancelled");
  await expect(operator.getByText(/Served by\s*(memory|redis|durable)/).first()).toBeVisible();

  // Beginning with the last change against now, then from before the merge.
  await operator.getByRole("button", { name: "Compare" }).click();
  const changes = operator.getByRole("table", { name: "Changes" });
  await expect(changes.getByRole("row", { name: /tokens\.walker\.status/ })).toContainText('"cancelled"');
  const positions = operator.getByRole("group", { name: "Positions to compare" });
  await positions.getByRole("listitem").filter({ hasText: "token.added" }).getByRole("radio").first().check();
  await expect(changes.getByRole("row", { name: /changed context\.stage/ })).toContainText('"one"');
  await expect(changes.getByRole("row", { name: /added context\.extra/ })).toBeVisible();

  await operator.getByRole("button", { name: /^Restore #/ }).click();
  await operator.getByRole("dialog").getByRole("button", { name: "Restore", exact: true }).click();
  await expect(context).toContainText('"one"');
  await expect(context).not.toContainText("extra");
  await stayed();
  expect(await client.getRun(runId)).toMatchObject({
    context: { branch: "main", stage: "one" },
    tokens: { walker: { status: "active" } },
  });
});

test("the receipts of a run say who asked for what, and the chain verifies", async ({ operator, client }) => {
  const runId = "detail-receipts";
  await client.commit([{ type: "run.create", runId, workflow: "receipts" }]);
  await operator.goto(`/runs/${runId}?tab=receipts`);
  const table = operator.getByRole("table", { name: "Receipts" });
  await expect(table.getByRole("row").filter({ hasText: "run.create" })).toContainText("key:");
  const { receiptId, hash } = await client.commit([
    { type: "step.increment", runId },
    { type: "step.increment", runId },
  ]);
  const row = table.getByRole("row").filter({ hasText: "step.increment ×2" });
  await expect(row).toContainText(hash.slice(0, 12));
  await expect(row).toContainText(receiptId);
  await row.getByRole("button", { expanded: false }).first().click();
  await expect(operator.getByRole("list", { name: "Events of this run" })).toContainText("step.incremented");
  await operator.getByRole("button", { name: "Verify" }).click();
  await expect(operator.getByText(/The chain is valid/)).toBeVisible();
  await expect(operator.getByText(/\d+ receipts? checked/)).toBeVisible();
});

test("a replay shows the run as it was, and leads back to how it is", async ({ operator, client }) => {
  const runId = "detail-replay";
  await client.commit([
    { type: "run.create", runId, workflow: "replayed" },
    { type: "workstream.create", runId, workstreamId: "detail-replay.w", title: "Rewrite" },
    { type: "job.enqueue", runId, workstreamId: "detail-replay.w", jobId: "detail-replay.j", step: "compile" },
  ]);
  await client.commit([{ type: "job.start", jobId: "detail-replay.j", agentKey: "replayer" }]);
  await client.commit([{ type: "job.fail", jobId: "detail-replay.j", error: "no such module", retryable: false }]);
  await client.commit([{ type: "run.transition", runId, to: "failed", reason: "gave up" }]);

  await operator.goto(`/runs/${runId}?tab=replay`);
  const slider = operator.getByRole("slider", { name: "Position in the run's log" });
  const banner = operator.getByRole("status").filter({ hasText: "Replaying position" });
  const job = operator.getByRole("treegrid", { name: "Timeline of jobs" }).getByRole("row", { name: /compile/ });
  const head = operator.locator("header").filter({ has: operator.getByRole("heading", { level: 1 }) });
  await expect(job).toHaveAccessibleName(/Failed/);
  await expect(head).toContainText("Failed");

  // Back by one: the job has failed, the run still runs. Then to where the job ran.
  await slider.focus();
  await slider.press("ArrowLeft");
  await expect(head).toContainText("Running");
  await expect(job).toHaveAccessibleName(/Failed/);
  const back = operator.getByRole("button", { name: "One event back" });
  await back.click();
  await back.click();
  await expect(job).toHaveAccessibleName(/Running/);
  await operator.getByRole("button", { name: "Next failure" }).click();
  await expect(job).toHaveAccessibleName(/Failed/);
  await back.click();
  await back.click();
  await expect(job).toHaveAccessibleName(/Running/);
  await expect(banner).toContainText(/position \d+ of \d+/);
  // Nothing can be done to the past.
  await expect(operator.getByRole("button", { name: "Retry run" })).toHaveCount(0);

  await operator.getByRole("button", { name: "Workstreams", exact: true }).click();
  const card = operator.getByRole("region", { name: "Running" }).getByRole("article", { name: "Rewrite" });
  await expect(card).toContainText("0/1");

  // The position stands in the URL: a reload shows the same past.
  await operator.reload();
  await expect(card).toContainText("0/1");
  await slider.press("Home");
  await expect(operator.getByText("before the run was created")).toBeVisible();

  await operator.getByRole("button", { name: "Play", exact: true }).click();
  await expect(banner).toContainText(/position (\d+) of \1/, { timeout: 20_000 });
  await operator.getByRole("button", { name: "Back to live" }).click();
  await expect(banner).toHaveCount(0);
  await expect(operator.getByRole("button", { name: "Retry run" })).toBeVisible();
});

test("the radar has a cell for each job, live, and says which files two workstreams touch", async ({
  operator,
  client,
}) => {
  const runId = "detail-radar";
  const enqueue = (card: string, step: string, dependsOn: string[] = []) =>
    ({
      type: "job.enqueue",
      runId,
      workstreamId: `${runId}.${card}`,
      jobId: `${runId}.${card}.${step}`,
      step,
      dependsOn,
    }) as const;
  await client.commit([
    { type: "run.create", runId, workflow: "radar" },
    ...["left", "right"].flatMap((card) => [
      { type: "workstream.create" as const, runId, workstreamId: `${runId}.${card}`, title: card },
      enqueue(card, "edit"),
      enqueue(card, "test", [`${runId}.${card}.edit`]),
    ]),
  ]);
  await operator.goto("/radar");
  await live(operator);
  const stayed = await noReload(operator);
  const grid = operator.getByRole("grid", { name: `Radar of ${runId}` });
  await expect(grid.getByRole("gridcell")).toHaveCount(4);
  const cell = (name: RegExp) => grid.getByRole("gridcell", { name });
  await expect(cell(/^edit, Queued, left$/)).toBeVisible();
  await expect(cell(/^test, Waiting, right$/)).toBeVisible();
  for (const card of ["left", "right"]) {
    const jobId = `${runId}.${card}.edit`;
    await client.commit([{ type: "job.start", jobId, agentKey: "editor" }]);
    await expect(cell(new RegExp(`^edit, Running, attempt 1 of 1, ${card}$`))).toBeVisible();
    const files = [{ path: "src/shared.ts", status: "modified" }, { path: `src/${card}.ts` }];
    await client.commit([{ type: "job.complete", jobId, result: { files } }]);
  }
  await expect(cell(/^edit, Completed/)).toHaveCount(2);
  await expect(cell(/^test, Queued/)).toHaveCount(2);
  const section = operator.getByRole("region", { name: `Run ${runId}` });
  await section.getByRole("button", { name: /3 files touched.*1 conflict/ }).click();
  const conflict = section.getByRole("row").filter({ hasText: "shared.ts" });
  await expect(conflict.getByRole("img", { name: /more than one workstream/ })).toBeVisible();
  await expect(conflict.getByRole("button")).toHaveCount(2);
  await stayed();

  // The keyboard goes from cell to cell and opens the job in its run.
  await grid.focus();
  await grid.press("ArrowRight");
  await grid.press("ArrowRight");
  await grid.press("Enter");
  await expect(operator).toHaveURL(new RegExp(`/runs/${runId}\\?job=${runId}\\.left\\.test`));
  await expect(operator.getByRole("complementary", { name: "Job test" })).toBeVisible();
});
