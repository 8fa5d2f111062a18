import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { test as base, expect } from "./test.ts";

/** With a server of its own: every agent there is, is a candidate. */
const test = base.extend<object, { apart: string }>({ apart: ["routing", { scope: "worker", option: true }] });

const task = { taskType: "review", requiredCapability: "go" };
const live = (page: Page) => expect(page.getByRole("status").filter({ hasText: "Live" }).first()).toBeVisible();
const candidate = (page: Page, agentKey: string) =>
  page.getByRole("list", { name: "Candidates" }).getByRole("listitem", { name: agentKey, exact: true });
const rows = (page: Page) => page.getByRole("table", { name: "Routing decisions" }).locator("[data-decision]");

test.beforeAll(async ({ client }) => {
  const capacity = 10;
  await client.commit([
    { type: "agent.register", agentKey: "swift", displayName: "Swift", capabilities: ["go"], capacity },
    { type: "agent.register", agentKey: "steady", displayName: "Steady", capabilities: ["go"], capacity },
    { type: "agent.register", agentKey: "rustacean", displayName: "Rustacean", capabilities: ["rust"], capacity },
    {
      type: "agent.register",
      agentKey: "tripped",
      displayName: "Tripped",
      capabilities: ["go"],
      capacity,
      breaker: { windowSize: 2, minimumCalls: 1, openMs: 3_600_000 },
    },
    { type: "breaker.record", agentKey: "tripped", success: false, error: "exit code 1" },
    { type: "run.create", runId: "deep", workflow: "deep" },
    { type: "job.enqueue", runId: "deep", jobId: "deep.1", step: "wait", queue: "deep" },
  ]);
  for (const [agentKey, failing, durationMs] of [
    ["swift", -1, 100],
    ["steady", 4, 400],
  ] as const) {
    const exclude = [agentKey === "swift" ? "steady" : "swift"];
    for (let at = 0; at < 20; at += 1) {
      const { decisionId } = await client.decideRouting({ ...task, taskId: `warm-${agentKey}-${at}`, exclude });
      const success = at !== failing;
      await client.reportRouting(decisionId, { success, durationMs, ...(!success && { error: "tests failed" }) });
    }
  }
});

test("a decision made over HTTP shows up in the list, and its page says why, who was left out, and who would have been next", async ({
  operator,
  client,
}) => {
  await operator.goto("/routing");
  await live(operator);
  await expect(rows(operator).first()).toBeVisible();
  const { decisionId } = await client.decideRouting({ ...task, taskId: "shown" });
  const row = rows(operator).filter({ hasText: "shown" });
  await expect(row).toContainText("No outcome yet");
  await expect(row).toContainText("swift");
  await expect(row).toContainText("2 of 4");
  await client.reportRouting(decisionId, { success: true, durationMs: 90 });
  await expect(row).toContainText("Succeeded");

  await row.getByRole("link").click();
  await expect(operator.getByRole("heading", { level: 1, name: "shown → swift" })).toBeVisible();
  await expect(operator.getByText(/^swift had the best score of the 2 agents that could take the task/)).toBeVisible();
  await expect(candidate(operator, "swift")).toContainText("chosen");
  await expect(
    candidate(operator, "swift").getByRole("img", { name: /Score 0\.\d+: Success .* × 0\.6/ }),
  ).toBeVisible();
  await expect(candidate(operator, "swift")).toContainText("outcomes of review");
  await expect(candidate(operator, "tripped")).toContainText("Its breaker was open until");
  await expect(candidate(operator, "rustacean")).toContainText("It does not have the capability go.");
  const otherwise = operator.getByRole("region", { name: "Otherwise" });
  await expect(otherwise).toContainText("Second choice: steady: 95% on review, n = 20");
  await expect(operator.getByRole("region", { name: "What happened" })).toContainText(/Succeeded\s*after 90 ms/);
});

test("falling back is shown as it happens, and leads from decision to decision", async ({ operator, client }) => {
  const first = await client.decideRouting({ ...task, taskId: "chain" });
  await operator.goto(`/routing/${first.decisionId}`);
  await live(operator);
  const happened = operator.getByRole("list", { name: "What happened" });
  await expect(happened).toContainText("No outcome yet.");
  await client.reportRouting(first.decisionId, { success: false, durationMs: 2000, error: "context window exceeded" });
  await expect(happened).toContainText("context window exceeded");
  const second = await client.decideRouting({ ...task, taskId: "chain", fallbackOf: first.decisionId });
  await expect(happened).toContainText("Fell back");
  await client.reportRouting(second.decisionId, { success: true, durationMs: 300 });
  await expect(happened.getByText("Succeeded")).toBeVisible();
  await happened.getByRole("link", { name: "Fell back" }).click();
  await expect(operator.getByRole("heading", { level: 1, name: "chain → steady" })).toBeVisible();
  await expect(candidate(operator, "swift")).toContainText("It had been tried for this task before.");
  await operator.getByRole("link", { name: "an earlier decision" }).click();
  await expect(operator.getByRole("heading", { level: 1, name: "chain → swift" })).toBeVisible();
});

test("a decision made elsewhere is shown as reported, and unknown parts are left out", async ({ operator, client }) => {
  await client.commit([
    {
      type: "routing.record",
      decisionId: "elsewhere",
      taskId: "theirs",
      taskType: "review",
      selectedAgent: "swift",
      candidates: [
        { agentKey: "swift", score: 7 },
        { agentKey: "steady", score: 2, excluded: "too dear" },
      ],
      routingDurationMs: 12,
    },
    { type: "routing.record", decisionId: "bare", taskId: "bare", taskType: "review", selectedAgent: "swift" },
  ]);
  await operator.goto("/routing/elsewhere");
  await expect(operator.getByText("swift was chosen elsewhere")).toBeVisible();
  await expect(candidate(operator, "swift")).toContainText("no parts recorded");
  await expect(candidate(operator, "steady")).toContainText("too dear");
  await operator.goto("/routing/bare");
  await expect(operator.getByText("No candidates recorded", { exact: true })).toBeVisible();
  await expect(operator.getByText("The second choice is unknown")).toBeVisible();
  await operator.goto("/routing/none-such");
  await expect(operator.getByRole("heading", { name: "There is no such decision" })).toBeAttached();
});

test("decisions are found by outcome, agent, task and time, from the address; keys go through them", async ({
  operator,
}) => {
  await operator.goto("/routing?outcome=failed");
  await expect(rows(operator).filter({ hasText: "warm-steady-4" })).toBeVisible();
  await expect(rows(operator).filter({ hasText: "Succeeded" })).toHaveCount(0);
  await operator.getByRole("searchbox", { name: "Agent" }).fill("rustacean");
  await expect(operator).toHaveURL(/agent=rustacean/);
  await operator.getByRole("button", { name: "Clear the filters" }).click();
  await expect(operator).toHaveURL(/\/routing$/);
  await operator.getByRole("searchbox", { name: "Task" }).fill("warm-swift-3");
  await expect(rows(operator)).toHaveCount(1);
  await operator.goto("/routing?to=2020-01-01T00:00:00.000Z");
  await expect(operator.getByText("No decision matches these filters")).toBeVisible();
  await operator.goto("/routing?task=warm-swift-3");
  await live(operator);
  await expect(rows(operator)).toHaveCount(1);
  await operator.keyboard.press("j");
  await operator.keyboard.press("Enter");
  await expect(operator.getByRole("heading", { level: 1, name: "warm-swift-3 → swift" })).toBeVisible();
});

test("outcomes show in the trends, live; what one chart zooms to all show, by keys too", async ({
  operator,
  client,
}) => {
  test.setTimeout(180_000);
  await operator.goto("/trends?agents=swift,steady");
  await live(operator);
  const throughput = operator.getByRole("figure", { name: "Throughput" });
  await expect(throughput.getByRole("row", { name: /^Completed/ })).toContainText(/[1-9]/);
  const failed = throughput.getByRole("row", { name: /^Failed/ });
  await expect(failed).toContainText(/[1-9]/);
  for (const title of ["Success rate", "Utilisation"]) {
    const steady = operator.getByRole("figure", { name: title }).getByRole("row", { name: /^Steady/ });
    await expect(steady).toContainText("%");
  }
  const before = (await failed.textContent()) ?? "";
  const { decisionId } = await client.decideRouting({ ...task, taskId: "late", exclude: ["swift"] });
  await client.reportRouting(decisionId, { success: false, durationMs: 60_000, error: "late" });
  // Lines are read again every half minute.
  await expect(failed).not.toHaveText(before, { timeout: 60_000 });

  const rate = operator.getByRole("figure", { name: "Success rate" });
  await rate.getByRole("button", { name: "Swift" }).click();
  await expect(rate.getByRole("button", { name: "Swift" })).toHaveAttribute("aria-pressed", "false");
  await rate.locator(".recharts-surface").first().focus();
  await operator.keyboard.press("+");
  await expect(operator).toHaveURL(/from=.*to=/);
  await expect(operator.getByRole("button", { name: "Reset zoom" })).toHaveCount(6);
  await operator.getByRole("region", { name: "Throughput" }).getByRole("button", { name: "Reset zoom" }).click();
  await expect(operator).not.toHaveURL(/from=/);

  const box = await throughput.locator(".recharts-wrapper").boundingBox();
  if (!box) throw new Error("the chart has no place");
  await operator.mouse.move(box.x + box.width / 2, box.y + 40);
  await operator.mouse.down();
  await operator.mouse.move(box.x + box.width - 2, box.y + 50, { steps: 5 });
  await operator.mouse.up();
  await expect(operator.getByRole("button", { name: "Reset zoom" })).toHaveCount(6);
  await operator.getByRole("slider", { name: "From" }).focus();
  const zoomedTo = operator.url();
  await operator.keyboard.press("Home");
  await expect(operator).not.toHaveURL(zoomedTo);
  await operator.getByRole("combobox", { name: "Window" }).click();
  await operator.getByRole("option", { name: "Last 7 days" }).click();
  await expect(operator).toHaveURL(/window=7d/);
});

test("the leaderboard is about the window and type of task that are chosen, and finds who does badly", async ({
  operator,
  client,
}) => {
  await operator.goto("/agents");
  await live(operator);
  const board = operator.getByRole("table", { name: "Leaderboard" });
  const line = (name: string) => board.getByRole("row").filter({ has: operator.getByRole("link", { name }) });
  await expect(line("Rustacean")).toContainText("no outcomes");
  const card = operator.getByRole("region", { name: "Leaderboard" });
  await card.getByRole("combobox", { name: "Window" }).click();
  await operator.getByRole("option", { name: "Last hour" }).click();
  await expect(operator).toHaveURL(/window=1h/);
  await card.getByRole("combobox", { name: "Type of task" }).click();
  await operator.getByRole("option", { name: "review" }).click();
  await expect(line("Tripped")).toContainText("no outcomes");
  await expect(line("Swift")).toContainText(/\d%/);
  await card.getByRole("switch", { name: "Only below a threshold" }).click();
  await expect(card.getByText("No agent is below the threshold")).toBeVisible();
  await card.getByRole("spinbutton", { name: "below" }).fill("99.9");
  await expect(line("Steady")).toBeVisible();
  await expect(line("Rustacean")).toHaveCount(0);
  const { decisionId } = await client.decideRouting({ ...task, taskId: "more", exclude: ["swift"] });
  const before = (await line("Steady").textContent()) ?? "";
  await client.reportRouting(decisionId, { success: false, durationMs: 10, error: "again" });
  await expect(line("Steady")).not.toHaveText(before, { timeout: 30_000 });
});

for (const theme of ["dark", "light"] as const) {
  test(`the pages of routing and trends have no accessibility fault, fit a phone and refuse nothing, ${theme}`, async ({
    operator,
    client,
  }) => {
    test.setTimeout(180_000);
    const { decisionId } = await client.decideRouting({ ...task, taskId: `axe-${theme}` });
    const faults: string[] = [];
    operator.on("console", (message) => {
      if (message.type() === "error") faults.push(`${operator.url()}: ${message.text()}`);
    });
    operator.on("pageerror", (error) => faults.push(`${operator.url()}: ${error.message}`));
    await operator.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    for (const path of ["/routing", `/routing/${decisionId}`, "/trends", "/agents?window=1h&below=0.99&min=1"]) {
      await operator.setViewportSize({ width: 1440, height: 900 });
      await operator.goto(path);
      await live(operator);
      if (path === "/trends") await expect(operator.getByRole("figure")).toHaveCount(6);
      const { violations } = await new AxeBuilder({ page: operator }).withTags(["wcag2a", "wcag2aa"]).analyze();
      faults.push(...violations.map((one) => `${path}: ${one.id} ${one.help}: ${one.nodes[0]?.target.join(" ")}`));
      await operator.setViewportSize({ width: 390, height: 844 });
      const overflow = () => operator.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      await expect.poll(overflow, { message: `${path} is wider than a phone` }).toBeLessThanOrEqual(0);
    }
    expect(faults).toEqual([]);
  });
}
