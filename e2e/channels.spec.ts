import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import pg from "pg";
import { mintApiKey } from "./api-key.ts";
import { type OwnPostgres, startOwnPostgres } from "./own-postgres.ts";
import { type Receiver, signaturesBy, startReceiver } from "./receiver.ts";
import { type RunningServer, startServer } from "./server.ts";
import { test as base, expect } from "./test.ts";

interface WorkerFixtures {
  postgres: OwnPostgres;
  server: RunningServer;
  receiver: Receiver;
}

/**
 * A server that may send to this machine, beside a database into which a key of another role can be
 * put.
 */
const test = base.extend<object, WorkerFixtures>({
  postgres: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter's pattern
    async ({}, use) => {
      const postgres = await startOwnPostgres();
      await use(postgres);
      await postgres.remove();
    },
    { scope: "worker", timeout: 120_000 },
  ],
  receiver: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter's pattern
    async ({}, use) => {
      const receiver = await startReceiver();
      await use(receiver);
      await receiver.close();
    },
    { scope: "worker" },
  ],
  server: [
    async ({ postgres }, use) => {
      const env = { DATABASE_URL: postgres.url, SWITCHYARD_ALLOW_PRIVATE_TARGETS: "127.0.0.1" };
      const server = await startServer({ env });
      await use(server);
      await server.stop();
    },
    { scope: "worker", timeout: 300_000 },
  ],
});

const live = (page: Page) => expect(page.getByRole("status").filter({ hasText: "Live" }).first()).toBeVisible();
const channel = (page: Page, name: string) =>
  page.getByRole("list", { name: "Channels" }).getByRole("listitem", { name, exact: true });
const log = (page: Page) => page.getByRole("table", { name: "Deliveries" });
const rows = (page: Page, text: string) => log(page).getByRole("row").filter({ hasText: text });
const idOf = ({ headers }: { headers: { [name: string]: unknown } }) => String(headers["webhook-id"]);

async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await live(page);
}

async function call(server: RunningServer, method: string, path: string, body?: object, key = server.key) {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  return fetch(`${server.url}/api/v1${path}`, { method, headers, ...(body && { body: JSON.stringify(body) }) });
}

/** Chooses from a menu of a row. */
async function choose(page: Page, name: string, item: string): Promise<void> {
  await channel(page, name)
    .getByRole("button", { name: `More for ${name}` })
    .click();
  await page.getByRole("menuitem", { name: item }).click();
}

/** Makes a webhook in the console. Answers its secret. */
async function makeWebhook(page: Page, id: string, target: string): Promise<string> {
  await open(page, "/alerts/channels");
  await page.getByRole("button", { name: "New channel" }).click();
  const form = page.getByRole("dialog", { name: "New channel" });
  await form.getByRole("textbox", { name: "Id" }).fill(id);
  await form.getByRole("textbox", { name: "URL" }).fill(target);
  await form.getByRole("button", { name: "Create channel" }).click();
  const shown = page.getByRole("dialog", { name: `Secret of ${id}` });
  const secret = (await shown.getByText(/^whsec_/).textContent()) ?? "";
  await shown.getByRole("button", { name: "I have stored it" }).click();
  await expect(shown).toBeHidden();
  return secret;
}

test("a webhook is made, its secret shown once, and a test arrives that it has signed", async ({
  operator,
  receiver,
}) => {
  await open(operator, "/alerts/channels");
  await operator.getByRole("button", { name: "New channel" }).click();
  const form = operator.getByRole("dialog", { name: "New channel" });
  await form.getByRole("button", { name: "Create channel" }).click();
  await expect(form.getByRole("textbox", { name: "Id" })).toBeFocused();
  await expect(form.getByText("is needed")).toHaveCount(2);
  await form.getByRole("textbox", { name: "Id" }).fill("first");
  await form.getByRole("textbox", { name: "URL" }).fill("ftp://example.com");
  await expect(form.getByText("must be a URL that begins with https://")).toBeVisible();
  await form.getByRole("textbox", { name: "URL" }).fill(`${receiver.url}/first`);
  await expect(form.getByRole("note")).toContainText("SWITCHYARD_ALLOW_PRIVATE_TARGETS");
  await form.getByRole("button", { name: "Create channel" }).click();

  const shown = operator.getByRole("dialog", { name: "Secret of first" });
  const secret = (await shown.getByText(/^whsec_/).textContent()) ?? "";
  await operator.keyboard.press("Escape");
  await expect(shown.getByRole("alert")).toContainText("cannot be shown again");
  await shown.getByRole("button", { name: "I have stored it" }).click();
  await expect(operator.getByText(secret)).toHaveCount(0);

  await channel(operator, "first").getByRole("button", { name: "Send test to first" }).click();
  const result = channel(operator, "first").getByRole("status");
  await expect(result).toContainText("Delivered");
  await expect(result).toContainText("204");
  const [test] = receiver.of("/first", "test");
  expect(test && signaturesBy(secret, test)).toBe(1);
  await expect(rows(operator, "first")).toContainText("Delivered");
  await operator.reload();
  await expect(channel(operator, "first")).toContainText("Delivered");
  expect(await operator.content()).not.toContain(secret);
});

test("a rule notifies a channel and escalates to another; the log shows it, and a replay has the same webhook-id", async ({
  operator,
  client,
  receiver,
}) => {
  const secret = await makeWebhook(operator, "pager", `${receiver.url}/pager`);
  await makeWebhook(operator, "ops", `${receiver.url}/ops`);
  await operator.getByRole("navigation", { name: "Alerts" }).getByRole("link", { name: "Rules" }).click();
  await operator.getByRole("button", { name: "Breaker opened", exact: true }).click();
  const editor = operator.getByRole("dialog", { name: "Rule Breaker opened" });
  await expect(editor.getByRole("region", { name: "Preview" })).toContainText("It would have fired");
  const notified = editor.getByRole("region", { name: "Who is notified" });
  await notified.getByRole("group", { name: "Notified at once" }).getByRole("checkbox", { name: "pager" }).check();
  await notified.getByRole("button", { name: "Escalate when nobody acknowledges" }).click();
  const step = notified.getByRole("listitem", { name: "Step 1" });
  const after = step.getByRole("textbox", { name: "If nobody acknowledges within" });
  await expect(after).toBeFocused();
  await after.fill("soon");
  await expect(step).toContainText("must be a time");
  await after.fill("2 seconds");
  await editor.getByRole("button", { name: "Save rule" }).click();
  await expect(step).toContainText("needs a channel");
  await step.getByRole("checkbox", { name: "ops" }).check();
  const words = "Notifies pager at once, then ops after 2 seconds if nobody acknowledges.";
  await expect(notified).toContainText(words);
  await editor.getByRole("button", { name: "Save rule" }).click();
  await expect(editor).toBeHidden();
  await expect(operator.getByRole("list", { name: "Alert rules" })).toContainText(words);

  await open(operator, "/alerts/channels");
  await client.commit([
    { type: "agent.register", agentKey: "coder", breaker: { windowSize: 2, minimumCalls: 1 } },
    { type: "breaker.record", agentKey: "coder", success: false, error: "exit code 1" },
  ]);
  await expect.poll(() => receiver.of("/pager", "alert.fired").length).toBe(1);
  await expect.poll(() => receiver.of("/ops", "alert.escalated").length).toBe(1);
  const [fired] = receiver.of("/pager", "alert.fired");
  if (!fired) throw new Error("it has arrived");
  expect(signaturesBy(secret, fired)).toBe(1);
  expect(fired.json.data?.alert?.alertId).toBe("breaker_open:coder");
  const line = rows(operator, "Alert fired").filter({ hasText: "pager" });
  await expect(line).toContainText("Delivered");
  await expect(line.getByRole("link", { name: "breaker_open:coder" })).toHaveAttribute(
    "href",
    "/alerts?alert=breaker_open%3Acoder",
  );
  await expect(rows(operator, "Nobody acknowledged")).toContainText("ops");

  await line.getByRole("button", { name: /Replay/ }).click();
  const confirm = operator.getByRole("dialog", { name: "Send it again?" });
  await expect(confirm).toContainText(idOf(fired));
  await confirm.getByRole("button", { name: "Send again" }).click();
  await expect.poll(() => receiver.of("/pager", "alert.fired").map(idOf)).toEqual([idOf(fired), idOf(fired)]);
  await expect(rows(operator, "Alert fired · again")).toContainText("Delivered");
  await rows(operator, "Alert fired · again").getByRole("button", { name: "Alert fired" }).click();
  await expect(operator.getByRole("dialog", { name: "Alert fired, to pager" })).toContainText(idOf(fired));
});

test("a receiver that answers 500 is tried again, which the log shows until it has taken it", async ({
  operator,
  server,
  client,
  receiver,
}) => {
  receiver.answers.set("/broken", 500);
  await call(server, "PUT", "/channels/broken", { kind: "webhook", target: `${receiver.url}/broken` });
  const params = { depth: 0, queue: "deep" };
  const rule = { kind: "queue_depth", name: "Deep", params, severity: "info", enabled: true, channels: ["broken"] };
  expect((await call(server, "PUT", "/alert-rules/deep", rule)).status).toBe(201);
  await open(operator, "/alerts/channels?channel=broken");
  await client.commit([
    { type: "run.create", runId: "deep", workflow: "deep" },
    { type: "job.enqueue", runId: "deep", jobId: "deep.1", queue: "deep" },
  ]);
  const line = rows(operator, "Alert fired");
  await expect(line).toContainText("Retrying");
  await expect(line).toContainText(/answered 500 · again in/);
  await expect(line.getByRole("button", { name: /Replay/ })).toHaveCount(0);
  await line.getByRole("button", { name: "Alert fired" }).click();
  const details = operator.getByRole("dialog", { name: "Alert fired, to broken" });
  await expect(details.getByRole("region", { name: "Tries" })).toContainText("answered 500");
  receiver.answers.delete("/broken");
  await expect(details.getByRole("region", { name: "Tries" })).toContainText("answered 204", { timeout: 30_000 });
  await operator.keyboard.press("Escape");
  await expect(line).toContainText("Delivered");
  await operator.getByRole("group", { name: "Status" }).getByRole("button", { name: "Failed" }).click();
  await expect(operator).toHaveURL(/status=failed/);
  await expect(operator.getByText("No delivery matches.")).toBeVisible();
  await operator.reload();
  await expect(operator.getByText("No delivery matches.")).toBeVisible();
});

test("a private target is refused and said why; a rotated secret signs beside the old one; a removal names the rules", async ({
  operator,
  server,
  receiver,
}) => {
  await call(server, "PUT", "/channels/inside", { kind: "webhook", target: "https://10.0.0.7/hook" });
  const secret = await makeWebhook(operator, "turned", `${receiver.url}/turned`);
  await channel(operator, "inside").getByRole("button", { name: "Send test to inside" }).click();
  await expect(channel(operator, "inside").getByRole("status")).toContainText("SWITCHYARD_ALLOW_PRIVATE_TARGETS");

  await choose(operator, "turned", "Rotate secret…");
  await operator.getByRole("dialog").getByRole("button", { name: "Rotate secret" }).click();
  const shown = operator.getByRole("dialog", { name: "Secret of turned" });
  await expect(shown).toContainText("24 hours");
  const rotated = (await shown.getByText(/^whsec_/).textContent()) ?? "";
  await shown.getByRole("button", { name: "I have stored it" }).click();
  await channel(operator, "turned").getByRole("button", { name: "Send test to turned" }).click();
  await expect(channel(operator, "turned").getByRole("status")).toContainText("Delivered");
  const [test] = receiver.of("/turned", "test");
  if (!test) throw new Error("it has arrived");
  expect([signaturesBy(secret, test), signaturesBy(rotated, test)]).toEqual([1, 1]);

  const toggle = channel(operator, "turned").getByRole("switch", { name: "turned is on" });
  await toggle.click();
  await expect(toggle).toHaveAttribute("aria-checked", "false");
  await expect(channel(operator, "turned")).toContainText("Off");

  const rule = { kind: "stuck", name: "Stuck, notified", params: {}, severity: "info", enabled: true };
  await call(server, "PUT", "/alert-rules/notified", {
    ...rule,
    escalation: [{ afterMs: 60_000, channels: ["turned"] }],
  });
  await expect(channel(operator, "turned")).toContainText("Stuck, notified");
  await choose(operator, "turned", "Remove…");
  const removal = operator.getByRole("dialog", { name: "Remove channel turned?" });
  await expect(removal).toContainText("Stuck, notified");
  await removal.getByRole("button", { name: "Remove channel" }).click();
  await expect(channel(operator, "turned")).toHaveCount(0);
  // The rule can still be turned off: what is gone is left out.
  await open(operator, "/alerts/rules");
  await operator.getByRole("switch", { name: "Stuck, notified is on" }).click();
  await expect(operator.getByRole("switch", { name: "Stuck, notified is on" })).toHaveAttribute(
    "aria-checked",
    "false",
  );
});

test("a built-in rule is changed, reset, removed and brought back; a copy is made of it", async ({ operator }) => {
  await open(operator, "/alerts/rules");
  const list = operator.getByRole("list", { name: "Alert rules" });
  const item = list.getByRole("listitem", { name: "Oldest job waits too long", exact: true });
  await item.getByRole("button", { name: "Oldest job waits too long", exact: true }).click();
  const editor = operator.getByRole("dialog", { name: "Rule Oldest job waits too long" });
  await editor.getByRole("textbox", { name: "Fires after" }).fill("never");
  await expect(editor.getByRole("region", { name: "Preview" })).toContainText("when every field can be read");
  await editor.getByRole("textbox", { name: "Fires after" }).fill("1 h 30 m");
  await editor.getByRole("button", { name: "Save rule" }).click();
  await expect(item).toContainText("1 hour 30 minutes");
  await expect(item).toContainText("Built in, changed");
  const more = async (name: string) => {
    await item.getByRole("button", { name: "More for Oldest job waits too long" }).click();
    await operator.getByRole("menuitem", { name }).click();
  };
  await more("Reset to default…");
  await operator.getByRole("dialog").getByRole("button", { name: "Reset to default" }).click();
  await expect(item).toContainText("15 minutes");
  await more("Duplicate…");
  await operator.getByRole("dialog", { name: "New rule" }).getByRole("button", { name: "Create rule" }).click();
  await expect(list).toContainText("Oldest job waits too long, copy");
  await more("Remove…");
  await operator.getByRole("dialog").getByRole("button", { name: "Remove rule" }).click();
  await operator.getByRole("button", { name: "Bring back Oldest job waits too long" }).click();
  await expect(item).toContainText("Built in");
});

test("a viewer sees channels and rules and may change nothing", async ({ page, postgres, server }) => {
  const database = new pg.Client(postgres.url);
  await database.connect();
  const key = await mintApiKey(database, "viewer");
  await database.end();
  await call(server, "PUT", "/channels/seen", { kind: "webhook", target: "https://example.com/hook" });
  expect((await call(server, "GET", "/channels", undefined, key)).status).toBe(200);
  const refused = await call(server, "PUT", "/channels/mine", { kind: "browser", target: "" }, key);
  expect([refused.status, (await refused.json()) as object]).toMatchObject([403, { code: "forbidden" }]);

  await page.goto(`${server.url}/login`);
  await page.getByLabel(/API key/i).fill(key);
  await page.getByRole("button", { name: /sign in/i }).click();
  await expect(page.getByRole("heading", { name: "Overview" })).toBeVisible();
  await page.goto(`${server.url}/alerts/channels`);
  await expect(page.getByText("viewer, cannot change")).toBeVisible();
  await expect(page.getByRole("switch", { name: "seen is on" })).toBeDisabled();
  await expect(page.getByRole("button", { name: /New channel|Send test|Replay/ })).toHaveCount(0);
  await page.goto(`${server.url}/alerts/rules?rule=queue_age`);
  const editor = page.getByRole("dialog", { name: /^Rule / });
  await expect(editor.getByRole("region", { name: "Preview" })).toContainText("It would have fired");
  await expect(editor.getByRole("textbox", { name: "Name" })).toBeDisabled();
  await expect(editor.getByRole("button", { name: "Save rule" })).toHaveCount(0);
  await expect(page.getByRole("button", { name: "New rule", includeHidden: true })).toHaveCount(0);
});

for (const theme of ["dark", "light"] as const) {
  test(`channels and rules have no fault and fit a phone, ${theme}`, async ({ operator, server, receiver }) => {
    test.setTimeout(180_000);
    await call(server, "PUT", "/channels/look", { kind: "webhook", name: "A look", target: `${receiver.url}/look` });
    await call(server, "PUT", "/channels/dark", { kind: "browser", target: "", enabled: false });
    const tested = (await (await call(server, "POST", "/channels/look/test", {})).json()) as { id: string };
    const rule = { kind: "stuck", name: "Looked at", params: {}, severity: "info", enabled: false };
    const escalation = [{ afterMs: 60_000, channels: ["dark"] }];
    await call(server, "PUT", "/alert-rules/look", { ...rule, channels: ["look"], escalation });
    const faults: string[] = [];
    operator.on("console", (message) => {
      if (message.type() === "error") faults.push(`${operator.url()}: ${message.text()}`);
    });
    operator.on("pageerror", (error) => faults.push(`${operator.url()}: ${error.message}`));
    await operator.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    const look = async (name: string) => {
      const { violations } = await new AxeBuilder({ page: operator }).withTags(["wcag2a", "wcag2aa"]).analyze();
      faults.push(...violations.map((one) => `${name}: ${one.id} ${one.help}: ${one.nodes[0]?.target.join(" ")}`));
      await operator.setViewportSize({ width: 390, height: 844 });
      const overflow = await operator.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      if (overflow > 0) faults.push(`${name} is ${overflow} px wider than a phone`);
      await operator.setViewportSize({ width: 1440, height: 900 });
    };
    await open(operator, "/alerts/channels");
    await expect(log(operator)).toContainText("A look");
    await look("channels");
    await operator.getByRole("button", { name: "New channel" }).click();
    await operator.getByRole("button", { name: "Create channel" }).click();
    await expect(operator.getByText("is needed").first()).toBeVisible();
    await look("new channel");
    await operator.keyboard.press("Escape");
    await choose(operator, "A look", "Rotate secret…");
    await operator.getByRole("dialog").getByRole("button", { name: "Rotate secret" }).click();
    await operator.getByText("How a receiver verifies it").click();
    await look("secret");
    await operator.getByRole("button", { name: "I have stored it" }).click();
    await operator.goto(`/alerts/channels?delivery=${tested.id}`);
    await expect(operator.getByRole("region", { name: "Tries" })).toBeVisible();
    await look("delivery");
    await open(operator, "/alerts/rules");
    await look("rules");
    await operator.goto("/alerts/rules?rule=look");
    await expect(operator.getByRole("region", { name: "Preview" })).toContainText("nobody can say");
    await look("rule");
    expect(faults).toEqual([]);
  });
}
