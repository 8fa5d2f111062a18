import type { Page } from "@playwright/test";
import { expect, test } from "./test.ts";

const notice = (page: Page, thing: string) =>
  page.getByRole("alert").filter({ hasText: `Somebody changed this ${thing} while you edited it.` });

test.beforeEach(async ({ operator }) => {
  await operator.goto("/");
  await expect(operator.getByRole("status").filter({ hasText: "Live" }).first()).toBeVisible();
});

/** Writes by HTTP what somebody else writes in another browser. */
async function theirs(page: Page, method: "PUT" | "POST" | "DELETE", path: string, data?: object): Promise<void> {
  const answer = await page.request.fetch(`/api/v1${path}`, {
    method,
    ...(data && { data }),
    headers: { origin: new URL(page.url()).origin },
  });
  expect(answer.ok(), await answer.text()).toBe(true);
}

test("a rule that somebody else changes meanwhile shows what they changed; theirs is loaded, then mine is saved", async ({
  operator,
}) => {
  await operator.goto("/alerts/rules?rule=stuck");
  const editor = operator.getByRole("dialog", { name: "Rule Run makes no progress" });
  await editor.getByRole("textbox", { name: "Name" }).fill("Mine");
  await theirs(operator, "PUT", "/alert-rules/stuck", {
    ...{ kind: "stuck", name: "Theirs", params: { noProgressMs: 60_000 }, severity: "critical", enabled: true },
  });
  await editor.getByRole("button", { name: "Save rule" }).click();
  const changes = notice(operator, "rule").getByRole("list", { name: "What they changed" });
  await expect(changes.getByRole("listitem")).toHaveText([
    "Name: Run makes no progress is now Theirs",
    "Fires after: 30 minutes is now 1 minute",
    "Severity: Warning is now Critical",
  ]);
  await operator.getByRole("button", { name: "Load theirs" }).click();
  await expect(editor.getByRole("textbox", { name: "Name" })).toHaveValue("Theirs");
  await editor.getByRole("textbox", { name: "Name" }).fill("Both");
  await editor.getByRole("button", { name: "Save rule" }).click();
  await expect(editor).toBeHidden();
  await expect(operator.getByRole("list", { name: "Alert rules" })).toContainText("Both");
});

test("a rule that somebody else removes meanwhile stays in the form until its reader decides", async ({ operator }) => {
  await operator.goto("/alerts/rules?rule=queue_age");
  const editor = operator.getByRole("dialog", { name: "Rule Oldest job waits too long" });
  await editor.getByRole("textbox", { name: "Name" }).fill("Mine");
  await theirs(operator, "DELETE", "/alert-rules/queue_age");
  await expect(operator.getByText("Removed built-in rules:")).toBeAttached();
  await editor.getByRole("button", { name: "Save rule" }).click();
  await expect(editor.getByRole("alert")).toContainText("Somebody removed this rule while you edited it.");
  await editor.getByRole("button", { name: "Keep mine" }).click();
  await expect(operator.getByRole("list", { name: "Alert rules" })).toContainText("Mine");
});

test("limits of a queue and orders to a breaker are not written over what somebody else has set meanwhile", async ({
  operator,
}) => {
  await theirs(operator, "POST", "/queues/ci", { concurrency: 5 });
  await theirs(operator, "POST", "/agents", { agentKey: "coder" });
  await operator.goto("/queues/ci");
  await operator.getByRole("button", { name: "Limits…" }).click();
  await operator.getByRole("textbox", { name: "Jobs that may run at once" }).fill("9");
  await theirs(operator, "POST", "/queues/ci", { concurrency: 3 });
  await operator.getByRole("button", { name: "Set limits" }).click();
  await expect(notice(operator, "queue")).toContainText("Jobs that may run at once: 5 is now 3");
  await operator.getByRole("button", { name: "Keep mine" }).click();
  await expect(notice(operator, "queue")).toBeHidden();
  const { concurrency } = await (await operator.request.get("/api/v1/queues/ci")).json();
  expect(concurrency).toBe(9);

  await operator.goto("/agents/coder");
  await operator.getByRole("button", { name: "Trip", exact: true }).click();
  const dialog = operator.getByRole("dialog");
  await dialog.getByRole("textbox", { name: "Reason" }).fill("mine");
  await theirs(operator, "POST", "/agents/coder/breaker/override", { state: "disabled", reason: "maintenance" });
  await dialog.getByRole("button", { name: "Trip" }).click();
  await expect(operator.getByText("Somebody set it to Disabled meanwhile: maintenance")).toBeVisible();
  await dialog.getByRole("button", { name: "Trip" }).click();
  await expect(dialog).toBeHidden();
  const { state } = await (await operator.request.get("/api/v1/agents/coder/breaker")).json();
  expect(state).toBe("forced_open");
});
