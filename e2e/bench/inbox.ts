import { setTimeout as delay } from "node:timers/promises";
import { chromium, type Page } from "@playwright/test";
import { createClient } from "../../client/index.ts";
import { browserPath, ensureBrowser } from "../browser.mjs";
import { type RunningServer, startServer } from "../server.ts";
import { quantile } from "./load.ts";

/**
 * What a click in the inbox costs while ten thousand alerts are open, in a real browser: from the
 * click to the frame that shows the alert as acknowledged, and to the server's confirmation; with
 * one page of the list loaded, and with all of it.
 */
const ALERTS = Number(process.env.BENCH_ALERTS ?? 10_000);
const BULK = Math.min(1000, ALERTS);
const AT_ONCE = 250;
const CLICKS = 20;
const VIEWPORT = { width: 1440, height: 900 };

interface Click {
  shownMs: number;
  confirmedMs: number;
}

export async function benchInbox(databaseUrl: string, rounds: number): Promise<void> {
  ensureBrowser();
  const server = await startServer({ env: { DATABASE_URL: databaseUrl } });
  const path = browserPath();
  const browser = await chromium.launch({
    ...(path && { executablePath: path }),
    args: ["--no-sandbox", "--disable-gpu"],
  });
  try {
    await fireAlerts(server, ALERTS);
    const page = await (await browser.newContext({ viewport: VIEWPORT })).newPage();
    await page.goto(server.loginUrl);
    await measureInbox(page, server.url, rounds);
  } finally {
    await browser.close();
    await server.stop();
  }
}

/** Real ones: runs that miss their deadline, which the clock finds. */
async function fireAlerts(server: RunningServer, count: number): Promise<void> {
  const client = createClient({ url: server.url, key: server.key });
  for (let from = 0; from < count; from += AT_ONCE) {
    const runs = Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, at) => `late-${from + at}`);
    await client.commit(
      runs.flatMap((runId) => [
        { type: "run.create" as const, runId, workflow: "late", timeoutMs: 1000 },
        { type: "run.transition" as const, runId, to: "running" as const },
      ]),
    );
  }
  const end = Date.now() + 120_000;
  for (let firing = 0; firing < count; await delay(250)) {
    if (Date.now() > end) throw new Error(`only ${firing} of ${count} alerts fire after two minutes`);
    const answer = await fetch(`${server.url}/api/v1/alerts/counts`, {
      headers: { authorization: `Bearer ${server.key}` },
    });
    firing = ((await answer.json()) as { byStatus: { firing: number } }).byStatus.firing;
  }
}

/**
 * Measures in a signed-in page: single clicks over one page and over all, then a thousand at once.
 */
export async function measureInbox(page: Page, url: string, rounds: number): Promise<void> {
  // The names that a TypeScript runner gives to functions mean nothing in the page.
  await page.addInitScript({ content: "globalThis.__name = (what) => what" });
  const opened = Date.now();
  await page.goto(`${url}/alerts`);
  await ready(page);
  const total = await page.getByRole("tab", { name: /Open/ }).textContent();
  console.log(
    `inbox: ${total?.replace("Open", "")} open alerts; page ready to be worked after ${Date.now() - opened} ms`,
  );
  report("one page loaded", await clicks(page, CLICKS * rounds));

  await page.goto(`${url}/alerts`);
  await ready(page);
  const all = Date.now();
  await page.keyboard.press("*");
  const bar = page.getByRole("toolbar", { name: "Selected alerts" });
  await bar.waitFor({ timeout: 120_000 });
  console.log(`  all loaded and selected in ${Date.now() - all} ms`);
  await page.keyboard.press("Escape");
  report("all loaded", await clicks(page, CLICKS * rounds));
  const rows = await page.getByRole("list", { name: "Alerts" }).getByRole("listitem").count();
  const heap = await page.evaluate(
    () => (performance as Performance & { memory?: { usedJSHeapSize: number } }).memory?.usedJSHeapSize ?? 0,
  );
  console.log(`  rows in the document: ${rows}; heap: ${Math.round(heap / 1_048_576)} MB`);

  await select(page, BULK);
  await page.getByRole("button", { name: "Acknowledge selected" }).waitFor();
  const bulk = await timedClick(page, "selected");
  console.log(
    `  ${BULK} acknowledged at once: shown after ${Math.round(bulk.shownMs)} ms, confirmed after ${Math.round(bulk.confirmedMs)} ms`,
  );
}

/** Only a hydrated page says how long ago an alert has fired. */
const ready = (page: Page) =>
  page
    .getByRole("list", { name: "Alerts" })
    .getByRole("listitem")
    .filter({ hasText: /ago|just now/ })
    .first()
    .waitFor();

async function clicks(page: Page, count: number): Promise<Click[]> {
  const found: Click[] = [];
  for (let at = 0; at < count; at += 1) found.push(await timedClick(page, "one"));
  return found;
}

/**
 * Clicks "Acknowledge" of the first alert that fires, brought to the middle of the screen before,
 * or "Acknowledge selected", watching a row that is selected. A row is shown, and confirmed, when
 * the frame behind the change is over.
 */
function timedClick(page: Page, what: "one" | "selected"): Promise<Click> {
  return page.evaluate(async (wanted) => {
    const named = (root: ParentNode, name: string) =>
      [...root.querySelectorAll("button")].find((button) => button.textContent === name);
    const frames = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    const find = () =>
      [...document.querySelectorAll<HTMLElement>("ul[aria-label=Alerts] > li")].find((one) =>
        wanted === "one" ? named(one, "Acknowledge") : one.querySelector("input:checked"),
      );
    // Those acknowledged before stand above.
    for (let screens = 0; screens < 100 && !find(); screens += 1) {
      window.scrollBy(0, window.innerHeight);
      await frames();
    }
    const row = find();
    const button = wanted === "one" ? row && named(row, "Acknowledge") : named(document, "Acknowledge selected");
    if (!row || !button) throw new Error("no alert fires");
    if (wanted === "one") row.scrollIntoView({ block: "center" });
    await frames();
    await frames();
    const { id } = row;
    const began = performance.now();
    const since = () => frames().then(() => performance.now() - began);
    return await new Promise<Click>((resolve) => {
      let shown: Promise<number> | undefined;
      const watch = new MutationObserver(() => {
        const now = document.getElementById(id);
        if (!now?.textContent?.includes("Acknowledged by")) return;
        shown ??= since();
        if (now.hasAttribute("aria-busy")) return;
        watch.disconnect();
        void Promise.all([shown, since()]).then(([shownMs, confirmedMs]) => resolve({ shownMs, confirmedMs }));
      });
      watch.observe(document.body, { subtree: true, childList: true, characterData: true, attributes: true });
      button.click();
    });
  }, what);
}

/** Selects the first `count` by two clicks, the second with Shift. */
async function select(page: Page, count: number): Promise<void> {
  await page.evaluate(() => window.scrollTo(0, 0));
  await page.locator("li[data-index='0']").getByRole("checkbox").click();
  const last = page.locator(`li[data-index='${count - 1}']`);
  // Rows differ in height: the guess is mended until the row is drawn.
  await page.evaluate(async (wanted) => {
    for (let tries = 0; tries < 100; tries += 1) {
      const drawn = [...document.querySelectorAll<HTMLElement>("ul[aria-label=Alerts] > li")];
      const here = drawn.find((row) => Number(row.dataset.index) === wanted);
      if (here) return here.scrollIntoView({ block: "center" });
      const off = wanted - Number(drawn.at(Math.floor(drawn.length / 2))?.dataset.index);
      window.scrollBy(0, off * 80);
      await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
    }
  }, count - 1);
  await last.waitFor();
  await last.getByRole("checkbox").click({ modifiers: ["Shift"] });
}

function report(what: string, found: Click[]): void {
  const of = (name: keyof Click, q: number) =>
    quantile(
      found.map((click) => click[name]),
      q,
    ).toFixed(0);
  console.log(
    `  ${what}, ${found.length} clicks: shown p50 ${of("shownMs", 0.5)} p95 ${of("shownMs", 0.95)} ms; confirmed p50 ${of("confirmedMs", 0.5)} p95 ${of("confirmedMs", 0.95)} ms`,
  );
}
