import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, test } from "./test.ts";

/** Marks a page so that a reload would be noticed: what is seen afterwards came over the socket. */
async function noReload(page: Page): Promise<() => Promise<void>> {
  await page.evaluate(() => document.documentElement.setAttribute("data-not-reloaded", ""));
  return () => expect(page.locator("html[data-not-reloaded]")).toBeAttached();
}

const live = (page: Page) => expect(page.getByRole("status").filter({ hasText: "Live" }).first()).toBeVisible();
const approval = (page: Page, title: string) =>
  page.getByRole("list", { name: "Approvals" }).getByRole("listitem").filter({ hasText: title });

test("approving in the browser releases the waiting job, and a second browser sees it without reload", async ({
  operator,
  other,
  client,
}) => {
  await operator.goto("/approvals");
  await live(operator);
  await other.goto("/approvals");
  await live(other);
  const stayed = [await noReload(operator), await noReload(other)];
  await client.commit([
    { type: "run.create", runId: "ship", workflow: "release" },
    {
      type: "job.enqueue",
      runId: "ship",
      jobId: "ship.deploy",
      step: "deploy",
      queue: "ship",
      approval: { title: "Deploy to production?", detail: "All tests passed." },
    },
  ]);
  const badge = operator
    .getByRole("navigation", { name: "Main", exact: true })
    .getByRole("link", { name: "Approvals" });
  await expect(badge).toHaveAccessibleName(/waiting: 1/);
  await expect(operator).toHaveTitle(/Approvals \(1 waiting\)/);
  await expect(approval(other, "Deploy to production?")).toContainText("ship.deploy");

  const mine = approval(operator, "Deploy to production?");
  await mine.getByRole("button", { name: "Deploy to production?" }).click();
  await expect(mine).toContainText("Holds up job");
  await mine.getByRole("button", { name: "Approve" }).click();
  await expect(mine).toContainText("Approved");
  await expect(mine).toContainText("Released job");
  await expect(mine.getByRole("link", { name: "deploy" })).toHaveAttribute("href", /\/runs\/ship\?job=ship\.deploy/);
  const theirs = approval(other, "Deploy to production?");
  await expect(theirs).toContainText("Released job");
  await expect(theirs.getByRole("button", { name: "Approve" })).toHaveCount(0);
  await expect(badge).not.toHaveAccessibleName(/waiting/);
  for (const check of stayed) await check();

  const claimed = await client.claim({ agentKey: "shipper", queues: ["ship"], max: 1, leaseMs: 60_000 });
  expect(claimed.map(({ jobId }) => jobId)).toEqual(["ship.deploy"]);
});

test("rejecting cancels the waiting job; the comment is kept", async ({ operator, client }) => {
  await client.commit([
    { type: "run.create", runId: "drop", workflow: "cleanup" },
    {
      type: "job.enqueue",
      runId: "drop",
      jobId: "drop.tables",
      step: "drop tables",
      approval: { title: "Drop them?" },
    },
  ]);
  await operator.goto("/approvals");
  await live(operator);
  const item = approval(operator, "Drop them?");
  await item.getByRole("button", { name: "Drop them?" }).click();
  await item.getByRole("textbox", { name: "Comment" }).fill("Not on a Friday");
  await item.getByRole("button", { name: "Reject" }).click();
  await expect(item).toContainText("Rejected");
  await expect(item).toContainText("Not on a Friday");
  await operator.goto("/runs/drop?tab=jobs");
  await expect(operator.getByText("Cancelled").first()).toBeVisible();
});

test("an edit is validated, approved and kept; two people must approve where two are asked for", async ({
  operator,
  client,
}) => {
  await client.commit([
    {
      type: "approval.request",
      approvalId: "spend",
      title: "Spend money",
      payload: { budget: 40 },
      options: ["approve", "reject", "edit"],
      requiredApprovals: 2,
    },
  ]);
  await operator.goto("/approvals?id=spend");
  await live(operator);
  const item = approval(operator, "Spend money");
  await expect(item).toContainText("0 of 2 approvals");
  await item.getByRole("button", { name: "Respond with edit…" }).click();
  const dialog = operator.getByRole("dialog", { name: "Respond with an edit" });
  const payload = dialog.getByRole("textbox", { name: "Payload as it should be, JSON" });
  await payload.fill('{"budget": 4');
  await expect(dialog.getByRole("button", { name: "Approve with edit" })).toBeDisabled();
  await payload.fill('{"budget": 4}');
  await dialog.getByRole("button", { name: "Approve with edit" }).click();
  await expect(item).toContainText("1 of 2 approvals");
  await expect(item).toContainText("It needs another person");
  await expect(item.getByRole("button", { name: "Approve" })).toHaveCount(0);
  await client.commit([{ type: "approval.approve", approvalId: "spend" }]);
  await expect(item).toContainText("Approved");
  await expect(item.getByRole("region", { name: "Payload as edited" })).toContainText("budget:4");
});

test("the inbox is worked by keys alone", async ({ operator, client }) => {
  await client.commit([{ type: "approval.request", approvalId: "by-key", title: "Answered by key" }]);
  await operator.goto("/approvals");
  await live(operator);
  const item = approval(operator, "Answered by key");
  await expect(item).toBeVisible();
  await operator.keyboard.press("k");
  await expect(item).toHaveAttribute("aria-current", "true");
  await operator.keyboard.press("a");
  await expect(item).toContainText("Approved");
});

test("a paused queue gives nothing to claims, a resumed one does; dead letters are retried from its page", async ({
  operator,
  client,
}) => {
  const jobs = ["q.1", "q.2"].map((jobId) => ({
    type: "job.enqueue" as const,
    runId: "q",
    jobId,
    step: jobId,
    queue: "parts",
    maxAttempts: 1,
  }));
  await client.commit([{ type: "run.create", runId: "q", workflow: "parts" }, ...jobs]);
  await operator.goto("/queues");
  await live(operator);
  const stayed = await noReload(operator);
  const row = operator.getByRole("row").filter({ hasText: "parts" });
  await row.getByRole("button", { name: "Pause parts" }).click();
  const pausing = operator.getByRole("dialog", { name: "Pause queue parts?" });
  await pausing.getByRole("textbox", { name: "Reason" }).fill("a freeze");
  await pausing.getByRole("button", { name: "Pause queue" }).click();
  await expect(row).toContainText("Paused");
  const claim = () => client.claim({ agentKey: "builder", queues: ["parts"], max: 2, leaseMs: 60_000 });
  expect(await claim()).toEqual([]);
  await row.getByRole("button", { name: "Resume parts" }).click();
  await expect(row).toContainText("Open");
  const claimed = await claim();
  expect(claimed.map(({ jobId }) => jobId).sort()).toEqual(["q.1", "q.2"]);
  for (const { jobId, leaseToken } of claimed)
    await client.fail({ jobId, leaseToken, error: `it broke in ${jobId}`, retryable: false });
  await expect(row.getByRole("cell", { name: "2", exact: true })).toBeVisible();
  await stayed();

  await row.getByRole("link", { name: "parts" }).click();
  const letters = operator.getByRole("table", { name: "Dead letters" });
  await expect(letters).toContainText("it broke in q.1");
  await letters.getByRole("button", { name: "Retry q.1" }).click();
  await expect(letters).not.toContainText("it broke in q.1");
  await operator.getByRole("button", { name: "Retry all" }).click();
  await operator.getByRole("dialog").getByRole("button", { name: "Retry all" }).click();
  await expect(operator.getByText("None. Jobs whose last attempt")).toBeVisible();
  expect((await claim()).map(({ jobId }) => jobId).sort()).toEqual(["q.1", "q.2"]);
});

test("a session is moved on from its details, only by legal moves, and its audit says who did it", async ({
  operator,
  client,
}) => {
  await client.commit([
    { type: "task.create", taskId: "t-1", taskType: "review", fromAgent: "planner", toAgent: "coder" },
    { type: "session.create", sessionId: "s-1", agentRole: "coder", taskId: "t-1", metadata: { branch: "main" } },
  ]);
  await operator.goto("/sessions");
  await live(operator);
  await operator.getByRole("button", { name: "s-1" }).click();
  const details = operator.getByRole("dialog", { name: "Session" });
  await expect(details).toContainText("branch");
  await expect(details.getByRole("button", { name: "Complete" })).toHaveCount(0);
  await details.getByRole("button", { name: "Activate" }).click();
  await expect(details.getByRole("button", { name: "Complete" })).toBeVisible();
  await expect(details.getByRole("region", { name: "Audit" })).toContainText("pending → active");
  await expect(details.getByRole("region", { name: "Audit" })).toContainText("operator");
  await details.getByRole("link", { name: "t-1" }).click();
  const task = operator.getByRole("dialog", { name: "Task", exact: true });
  await expect(task).toContainText("planner");
  await task.getByRole("button", { name: "Route" }).click();
  await operator.getByRole("dialog", { name: "Route this task?" }).getByRole("button", { name: "Route task" }).click();
  await expect(task).toContainText("Routed");
});

for (const theme of ["dark", "light"] as const) {
  test(`the pages about people, queues and the server have no fault and fit a phone, ${theme}`, async ({
    operator,
    client,
  }) => {
    test.setTimeout(180_000);
    const id = `look-${theme}`;
    await client.commit([
      { type: "run.create", runId: id, workflow: "look" },
      { type: "job.enqueue", runId: id, jobId: id, queue: id, maxAttempts: 1 },
      { type: "approval.request", approvalId: id, title: "Look", jobId: id, payload: { a: [1, "b"] } },
      { type: "session.create", sessionId: id, agentRole: "looker", metadata: { a: 1 } },
      { type: "task.create", taskId: id, taskType: "look", payload: { a: 1 } },
    ]);
    await client.claim({ agentKey: "looker", queues: [id], max: 1, leaseMs: 60_000 });
    await client.commit([{ type: "job.timeout", jobId: id }]);
    const pages = [
      `/approvals?id=${id}`,
      "/sessions",
      `/sessions?id=${id}`,
      `/sessions?tab=tasks&id=${id}`,
      "/queues",
      `/queues/${id}`,
      "/system",
    ];
    const faults: string[] = [];
    operator.on("console", (message) => {
      if (message.type() === "error") faults.push(`${operator.url()}: ${message.text()}`);
    });
    operator.on("pageerror", (error) => faults.push(`${operator.url()}: ${error.message}`));
    await operator.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    for (const path of pages) {
      await operator.setViewportSize({ width: 1440, height: 900 });
      await operator.goto(path);
      const inDrawer = path.startsWith("/sessions?");
      await expect(
        inDrawer ? operator.getByRole("region", { name: "Audit" }) : operator.getByRole("main"),
      ).toBeVisible();
      const { violations } = await new AxeBuilder({ page: operator }).withTags(["wcag2a", "wcag2aa"]).analyze();
      faults.push(...violations.map((one) => `${path}: ${one.id} ${one.help}: ${one.nodes[0]?.target.join(" ")}`));
      await operator.setViewportSize({ width: 390, height: 844 });
      const overflow = await operator.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      if (overflow > 0) faults.push(`${path} is ${overflow} px wider than a phone`);
    }
    expect(faults).toEqual([]);
  });
}
