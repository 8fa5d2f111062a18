import AxeBuilder from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import type { createClient } from "../client/index.ts";
import { test as base, expect } from "./test.ts";

/** With a server of its own: hundreds of alerts are in nobody else's way. */
const test = base.extend<object, { apart: string }>({ apart: ["alerts", { scope: "worker", option: true }] });

type Client = ReturnType<typeof createClient>;

const live = (page: Page) => expect(page.getByRole("status").filter({ hasText: "Live" }).first()).toBeVisible();
/** Only a page that can be worked says how long ago an alert has fired. */
const ready = (page: Page) =>
  expect(page.getByRole("list", { name: "Alerts" }).getByRole("listitem").first()).toContainText(/ago|just now/);
const item = (page: Page, agent: string) =>
  page
    .getByRole("list", { name: "Alerts" })
    .getByRole("listitem")
    .filter({ hasText: `Breaker of ${agent} is open` });
const acknowledge = { name: "Acknowledge", exact: true } as const;

/**
 * Opens the breaker of each agent, which fires a critical alert each; the last one stands first in
 * the inbox.
 */
async function fire(client: Client, ...agents: string[]): Promise<void> {
  for (const agentKey of agents) {
    await client.commit([
      { type: "agent.register", agentKey, breaker: { windowSize: 2, minimumCalls: 1, openMs: 3_600_000 } },
      { type: "breaker.record", agentKey, success: false, error: "exit code 1" },
    ]);
  }
}

/** Opens the inbox narrowed to this test's own alerts. */
async function inbox(page: Page, words: string): Promise<void> {
  await page.goto(`/alerts?q=${words}`);
  await live(page);
  await ready(page);
}

test("the inbox is worked by keyboard: move, acknowledge, with a note, snooze, select a range, all at once; another browser sees it without a reload", async ({
  operator,
  other,
  client,
}) => {
  await fire(client, "keys-6", "keys-5", "keys-4", "keys-3", "keys-2", "keys-1");
  await inbox(operator, "keys-");
  await inbox(other, "keys-");
  await other.evaluate(() => document.documentElement.setAttribute("data-not-reloaded", ""));
  await expect(item(operator, "keys-6")).toBeVisible();

  await operator.keyboard.press("j");
  await expect(item(operator, "keys-1")).toBeFocused();
  await operator.keyboard.press("a");
  await expect(item(operator, "keys-1")).toContainText("Acknowledged by");
  await expect(item(other, "keys-1")).toContainText("Acknowledged by");

  await operator.keyboard.press("j");
  await expect(item(operator, "keys-2")).toBeFocused();
  await operator.keyboard.press("Shift+A");
  await operator.getByRole("dialog").getByRole("textbox", { name: "Note" }).fill("on it, see the deploy");
  await operator.getByRole("dialog").getByRole("button", acknowledge).click();
  await expect(item(operator, "keys-2")).toContainText("on it, see the deploy");
  await expect(item(other, "keys-2")).toContainText("on it, see the deploy");

  await operator.keyboard.press("j");
  await expect(item(operator, "keys-3")).toBeFocused();
  await operator.keyboard.press("s");
  await expect(operator.getByRole("dialog")).toContainText("1 hour");
  await operator.keyboard.press("2");
  await expect(item(operator, "keys-3")).toHaveCount(0);
  await expect(item(other, "keys-3")).toHaveCount(0);
  await other.getByRole("tab", { name: /Snoozed/ }).click();
  await expect(item(other, "keys-3")).toContainText(/fires again in \d+m/);
  await other.getByRole("tab", { name: /Open/ }).click();

  // The cursor stands on the next one by itself.
  await expect(item(operator, "keys-4")).toHaveAttribute("aria-current", "true");
  await operator.keyboard.press("x");
  await operator.keyboard.press("j");
  await operator.keyboard.press("j");
  await operator.keyboard.press("Shift+X");
  await expect(operator.getByRole("toolbar", { name: "Selected alerts" })).toContainText("3 alerts selected");
  await operator.keyboard.press("a");
  for (const agent of ["keys-4", "keys-5", "keys-6"]) {
    await expect(item(operator, agent)).toContainText("Acknowledged by");
    await expect(item(other, agent)).toContainText("Acknowledged by");
  }
  await expect(operator.getByRole("toolbar", { name: "Selected alerts" })).toHaveCount(0);

  await operator.keyboard.press("*");
  await expect(operator.getByRole("toolbar", { name: "Selected alerts" })).toContainText("5 alerts selected");
  await operator.keyboard.press("u");
  await expect(item(operator, "keys-6").getByRole("button", acknowledge)).toBeVisible();
  await expect(item(other, "keys-1").getByRole("button", acknowledge)).toBeVisible();
  await expect(other.locator("html[data-not-reloaded]")).toBeAttached();
});

test("a lost race says so, and shows the alert as it is", async ({ operator, client, server }) => {
  await fire(client, "race-1");
  await inbox(operator, "race-1");
  await expect(item(operator, "race-1")).toBeVisible();
  // Somebody else's click lands while this one is under way.
  await operator.route("**/api/v1/alerts/*/acknowledge", async (route) => {
    const answer = await fetch(`${server.url}/api/v1/alerts/breaker_open:race-1/acknowledge`, {
      method: "POST",
      headers: { authorization: `Bearer ${server.key}`, "content-type": "application/json" },
      body: JSON.stringify({ note: "I was first" }),
    });
    expect(answer.status).toBe(200);
    await route.continue();
  });
  await item(operator, "race-1").getByRole("button", acknowledge).click();
  await expect(operator.getByText("The alert could not be acknowledged")).toBeVisible();
  await expect(item(operator, "race-1")).toContainText("I was first");
  await expect(item(operator, "race-1")).toContainText("Acknowledged by key:");
});

test("filters stand in the URL and survive a reload", async ({ operator, client }) => {
  await client.commit([
    { type: "rule.put", ruleId: "deep", kind: "queue_depth", params: { depth: 1 }, severity: "info", enabled: true },
    { type: "run.create", runId: "filters-run", workflow: "filters" },
    ...[1, 2].map((n) => ({
      type: "job.enqueue" as const,
      runId: "filters-run",
      jobId: `filters.${n}`,
      step: `step ${n}`,
      queue: "filters-queue",
    })),
  ]);
  await fire(client, "filters-agent");
  await operator.goto("/alerts");
  await live(operator);
  await ready(operator);
  const alerts = operator.getByRole("list", { name: "Alerts" });
  const deep = alerts.getByRole("listitem").filter({ hasText: "Queue filters-queue holds" });
  await expect(deep).toBeVisible({ timeout: 20_000 });

  await operator.getByRole("searchbox", { name: "Find alerts" }).fill("FILTERS-");
  await expect(alerts.getByRole("listitem")).toHaveCount(2);
  await operator.getByRole("button", { name: "Info" }).click();
  await expect(alerts.getByRole("listitem")).toHaveCount(1);
  await expect(operator).toHaveURL(/severity=info/);
  await operator.reload();
  await expect(deep).toBeVisible();
  await expect(alerts.getByRole("listitem")).toHaveCount(1);
  await expect(operator.getByRole("tab", { name: /Open/ })).toContainText("1");

  await operator.getByRole("button", { name: "Clear filters" }).click();
  await operator.getByRole("combobox", { name: "Rule" }).click();
  await operator.getByRole("option", { name: "deep" }).click();
  await expect(operator).toHaveURL(/rule=deep/);
  await expect(alerts.getByRole("listitem")).toHaveCount(1);
  await operator.goto("/alerts?q=there-is-none");
  await expect(operator.getByText("No alert matches")).toBeVisible();
});

test("the details say who did what, what hangs together, and open by their address", async ({ operator, client }) => {
  await fire(client, "details-1");
  await operator.goto("/alerts?alert=breaker_open:details-1");
  const drawer = operator.getByRole("dialog");
  await expect(drawer).toContainText("Breaker of details-1 is open", { timeout: 30_000 });
  await expect(drawer.getByRole("region", { name: "Notified" })).toContainText("Nobody");
  await drawer.getByRole("textbox", { name: "Say something about it" }).fill("restarting it");
  await drawer.getByRole("button", { name: "Comment", exact: true }).click();
  await expect(drawer.getByRole("region", { name: "Comments" })).toContainText("restarting it");
  await expect(drawer.getByRole("region", { name: "History" })).toContainText("Commented");
  await operator.keyboard.press("Escape");
  await expect(drawer).toHaveCount(0);
  await expect(operator).not.toHaveURL(/alert=/);
});

test("the tab says on every page how many alerts fire, by its title and its icon", async ({ operator, client }) => {
  await operator.goto("/system");
  await live(operator);
  const before = Number(/^\((\d+)\) /.exec(await operator.title())?.[1] ?? 0);
  await fire(client, "badge-1", "badge-2");
  await expect(operator).toHaveTitle(`(${before + 2}) System · Switchyard`);
  await expect(operator.locator('link[rel="icon"]').last()).toHaveAttribute("href", "/icon-firing.svg");
  await operator.getByRole("link", { name: "Runs", exact: true }).click();
  await expect(operator).toHaveTitle(`(${before + 2}) Runs · Switchyard`);
  await client.commit([{ type: "breaker.reset", agentKey: "badge-1", reason: "fixed" }]);
  await expect(operator).toHaveTitle(`(${before + 1}) Runs · Switchyard`);
});

/**
 * In place of the system's notifications, which a headless browser does not show: they are written
 * down.
 */
const RECORDER = () => {
  class Recorder extends EventTarget {
    static permission = "default";
    static requestPermission = async () => {
      const { state } = await navigator.permissions.query({ name: "notifications" });
      Recorder.permission = state === "granted" ? "granted" : "denied";
      return Recorder.permission;
    };
    onclick: (() => void) | null = null;
    constructor(title: string, { tag }: { tag: string }) {
      super();
      shown.push({ title, tag, click: () => this.onclick?.() });
    }
    close() {}
  }
  const shown: { title: string; tag: string; click: () => void }[] = [];
  // Granted stays granted for the tabs that are opened later.
  void navigator.permissions.query({ name: "notifications" }).then(({ state }) => {
    if (state === "granted" && localStorage.getItem("switchyard.notifications")) Recorder.permission = "granted";
  });
  Object.assign(window, { Notification: Recorder, shown });
};

interface Shown {
  shown: { title: string; tag: string; click: () => void }[];
}
const shownIn = (page: Page) => page.evaluate(() => (window as unknown as Shown).shown.map(({ title }) => title));

test("a browser with notifications on shows a critical alert once, with any number of tabs open, and a click opens it", async ({
  operator,
  client,
}) => {
  const context = operator.context();
  await context.grantPermissions(["notifications"]);
  await context.addInitScript(RECORDER);
  await operator.goto("/runs");
  await live(operator);
  await operator.getByRole("button", { name: "Browser notifications: off" }).click();
  await operator.getByRole("button", { name: "Turn on" }).click();
  await expect(operator.getByRole("button", { name: "Browser notifications: on" })).toBeVisible();
  const second = await context.newPage();
  await second.goto("/agents");
  await live(second);
  await expect(second.getByRole("button", { name: "Browser notifications: on" })).toBeVisible();

  await fire(client, "notified-1");
  await expect.poll(() => shownIn(operator)).toEqual(["Breaker of notified-1 is open"]);
  await expect(second.getByRole("article", { name: "notified-1" })).toContainText("Open");
  expect(await shownIn(second)).toEqual([]);
  await operator.evaluate(() => (window as unknown as Shown).shown[0]?.click());
  await expect(operator.getByRole("dialog")).toContainText("Breaker of notified-1 is open");

  // The tab that notified is closed: another takes its place.
  const waiting = () => second.evaluate(async () => (await navigator.locks.query()).pending?.length);
  await expect.poll(waiting).toBe(1);
  await operator.close();
  await expect.poll(waiting).toBe(0);
  await fire(client, "notified-2");
  await expect.poll(() => shownIn(second)).toEqual(["Breaker of notified-2 is open"]);
});

test("a browser that refuses notifications says what to do", async ({ operator }) => {
  await operator.context().addInitScript(() => {
    Object.assign(window, { Notification: class extends EventTarget {} });
    Object.assign(window.Notification, { permission: "denied" });
  });
  await operator.goto("/runs");
  await operator.getByRole("button", { name: "Browser notifications: refused by the browser" }).click();
  await expect(operator.getByText("Allow them in its settings")).toBeVisible();
});

test("a list longer than a page is loaded behind the scroll, counted in full, and all of it is acknowledged at once", async ({
  operator,
  client,
}) => {
  test.setTimeout(180_000);
  const MANY = 450;
  for (let from = 0; from < MANY; from += 50) {
    await client.commit(
      Array.from({ length: 50 }, (_, at) => `many-${String(from + at).padStart(3, "0")}`).flatMap((agentKey) => [
        {
          type: "agent.register" as const,
          agentKey,
          breaker: { windowSize: 2, minimumCalls: 1, openMs: 3_600_000 },
        },
        { type: "breaker.record" as const, agentKey, success: false },
      ]),
    );
  }
  await inbox(operator, "many-");
  const alerts = operator.getByRole("list", { name: "Alerts" });
  await expect(operator.getByRole("tab", { name: /Open/ })).toContainText("450");
  await expect(item(operator, "many-449")).toBeVisible();
  // Down to the first of them, however often more is loaded on the way.
  await expect(async () => {
    await operator.evaluate(() => window.scrollTo(0, document.documentElement.scrollHeight));
    await expect(item(operator, "many-000")).toBeVisible({ timeout: 200 });
  }).toPass({ timeout: 60_000 });
  expect(await alerts.getByRole("listitem").count()).toBeLessThan(200);
  await item(operator, "many-000").getByRole("button", acknowledge).click();
  await expect(item(operator, "many-000")).toContainText("Acknowledged by");
  await expect(operator.getByRole("tab", { name: /Acknowledged/ })).toContainText("1");

  await inbox(operator, "many-");
  await operator.keyboard.press("*");
  await expect(operator.getByRole("toolbar", { name: "Selected alerts" })).toContainText("450 alerts selected");
  await operator.getByRole("button", { name: "Acknowledge selected" }).click();
  await expect(operator.getByRole("tab", { name: /Firing/ })).toContainText("0");
  await expect(operator.getByRole("tab", { name: /Acknowledged/ })).toContainText("450");
  await expect(item(operator, "many-449")).toContainText("Acknowledged by");
});

test("the inbox fits a phone: nothing is wider than it, targets are big, the bar is reached, details take the screen", async ({
  browser,
  operator,
  client,
  server,
}) => {
  await fire(client, "phone-1", "phone-2");
  const context = await browser.newContext({
    baseURL: server.url,
    storageState: await operator.context().storageState(),
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  });
  const phone = await context.newPage();
  await inbox(phone, "phone-");
  const fits = async () =>
    expect(await phone.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
  await fits();
  const box = await item(phone, "phone-1").getByRole("button", acknowledge).boundingBox();
  expect(box?.height).toBeGreaterThanOrEqual(44);
  await item(phone, "phone-1").getByRole("checkbox").tap();
  const all = phone.getByRole("button", { name: "Acknowledge selected" });
  await expect(all).toBeInViewport();
  await fits();
  await all.tap();
  await expect(item(phone, "phone-1")).toContainText("Acknowledged by");
  await item(phone, "phone-2")
    .getByRole("button", { name: /Breaker of phone-2/ })
    .first()
    .tap();
  const drawer = phone.getByRole("dialog");
  await expect(drawer).toBeVisible();
  expect((await drawer.boundingBox())?.height).toBe(844);
  await fits();
  await context.close();
});

for (const theme of ["dark", "light"] as const) {
  test(`the inbox, its details and its notices have no accessibility fault, ${theme}`, async ({ operator, client }) => {
    await fire(client, `axe-${theme}`);
    const faults: string[] = [];
    operator.on("console", (message) => {
      if (message.type() === "error") faults.push(`${operator.url()}: ${message.text()}`);
    });
    await operator.emulateMedia({ colorScheme: theme, reducedMotion: "reduce" });
    const check = async (what: string) => {
      const { violations } = await new AxeBuilder({ page: operator }).withTags(["wcag2a", "wcag2aa"]).analyze();
      faults.push(...violations.map((one) => `${what}: ${one.id} ${one.help}: ${one.nodes[0]?.target.join(" ")}`));
    };
    await inbox(operator, `axe-${theme}`);
    await operator.keyboard.press("j");
    await operator.keyboard.press("x");
    await expect(operator.getByRole("toolbar", { name: "Selected alerts" })).toBeVisible();
    await check("selection");
    await operator.keyboard.press("Escape");
    await operator.keyboard.press("Enter");
    await expect(operator.getByRole("region", { name: "Notified" })).toContainText("Nobody");
    await check("details");
    await operator.keyboard.press("Escape");
    await operator.getByRole("button", { name: /Browser notifications/ }).click();
    await expect(operator.getByRole("heading", { name: "Browser notifications" })).toBeVisible();
    await check("notifications");
    // Many have fired within a minute: a storm.
    await fire(client, ...Array.from({ length: 12 }, (_, at) => `axe-${theme}-${at}`));
    await operator.goto("/alerts");
    await expect(operator.getByRole("region", { name: "Alert storm" })).toContainText("fired within the last minute");
    await check("storm");
    expect(faults).toEqual([]);
  });
}
