import AxeBuilder from "@axe-core/playwright";
import { expect, test } from "./test.ts";

const PAGES = [
  "/",
  "/runs",
  "/runs/look",
  "/runs/look?tab=radar",
  "/runs/look?tab=state&compare=true",
  "/runs/look?tab=receipts",
  "/runs/look?tab=replay",
  "/board",
  "/radar",
  "/agents",
  "/agents/looker",
  "/alerts",
  "/events",
];

test.beforeAll(async ({ client }) => {
  await client.commit([
    { type: "run.create", runId: "look", workflow: "look", tags: ["e2e"], context: { branch: "main" } },
    { type: "workstream.create", runId: "look", workstreamId: "look.w", title: "A workstream" },
    { type: "job.enqueue", runId: "look", workstreamId: "look.w", jobId: "look.j", step: "a job" },
    { type: "agent.register", agentKey: "looker", displayName: "Looker", breaker: { windowSize: 2, minimumCalls: 1 } },
    { type: "breaker.record", agentKey: "looker", success: false, error: "exit code 1" },
  ]);
});

for (const theme of ["dark", "light"] as const) {
  test(`no page has an accessibility fault, a script error or a refused resource, ${theme}`, async ({ operator }) => {
    test.setTimeout(180_000);
    const faults: string[] = [];
    operator.on("console", (message) => {
      if (message.type() === "error") faults.push(`${operator.url()}: ${message.text()}`);
    });
    operator.on("pageerror", (error) => faults.push(`${operator.url()}: ${error.message}`));
    await operator.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    for (const path of PAGES) {
      await operator.goto(path);
      await expect(operator.getByRole("heading", { level: 1 }).first()).toBeVisible();
      const { violations } = await new AxeBuilder({ page: operator }).withTags(["wcag2a", "wcag2aa"]).analyze();
      faults.push(...violations.map((one) => `${path}: ${one.id} ${one.help}: ${one.nodes[0]?.target.join(" ")}`));
    }
    expect(faults).toEqual([]);
  });
}

test("every page fits a phone, and is reached from its bottom bar", async ({ operator }) => {
  await operator.setViewportSize({ width: 390, height: 844 });
  for (const path of PAGES) {
    await operator.goto(path);
    await expect(operator.getByRole("heading", { level: 1 }).first()).toBeVisible();
    const overflow = await operator.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect(overflow, `${path} is wider than the screen`).toBeLessThanOrEqual(0);
  }
  await operator.getByRole("navigation", { name: "Main, small screen" }).getByRole("link", { name: "Alerts" }).click();
  await expect(operator.getByRole("heading", { level: 1, name: "Alerts" })).toBeVisible();
});
