import { type BrowserContext, test as base, type Page } from "@playwright/test";
import { createClient } from "../client/index.ts";
import { type RunningServer, startServer } from "./server.ts";

interface Fixtures {
  /** A signed-in operator's page in a browser of its own. */
  operator: Page;
  /** A second one: another person, another browser. */
  other: Page;
}

interface WorkerFixtures {
  server: RunningServer;
  client: ReturnType<typeof createClient>;
}

/** Playwright's test, with one real server for the file's tests. */
export const test = base.extend<Fixtures, WorkerFixtures>({
  server: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the parameter's pattern
    async ({}, use) => {
      const server = await startServer();
      await use(server);
      await server.stop();
    },
    { scope: "worker", timeout: 300_000 },
  ],
  client: [
    async ({ server }, use) => {
      await use(createClient({ url: server.url, key: server.key }));
    },
    { scope: "worker" },
  ],
  operator: async ({ browser, server }, use) => {
    const context = await browser.newContext({ baseURL: server.url });
    await use(await signIn(context, server));
    await context.close();
  },
  other: async ({ browser, server }, use) => {
    const context = await browser.newContext({ baseURL: server.url });
    await use(await signIn(context, server));
    await context.close();
  },
});

export { expect } from "@playwright/test";

/** A new one-time link, minted with the API key. */
export async function loginLink(server: RunningServer): Promise<string> {
  const answer = await fetch(`${server.url}/api/v1/login-links`, {
    method: "POST",
    headers: { authorization: `Bearer ${server.key}`, "content-type": "application/json" },
    body: "{}",
  });
  if (answer.status !== 201) throw new Error(`login-links answered ${answer.status}: ${await answer.text()}`);
  return ((await answer.json()) as { url: string }).url;
}

async function signIn(context: BrowserContext, server: RunningServer): Promise<Page> {
  const page = await context.newPage();
  await page.goto(await loginLink(server));
  return page;
}
