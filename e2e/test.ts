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
  /** The cookies of an operator who is signed in. */
  session: Cookies;
}

type Cookies = Parameters<BrowserContext["addCookies"]>[0];

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
  session: [async ({ server }, use) => use(await signIn(server)), { scope: "worker" }],
  operator: async ({ browser, server, session }, use) => {
    const context = await browser.newContext({ baseURL: server.url });
    await context.addCookies(session);
    await use(await context.newPage());
    await context.close();
  },
  other: async ({ browser, server, session }, use) => {
    const context = await browser.newContext({ baseURL: server.url });
    await context.addCookies(session);
    await use(await context.newPage());
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

/**
 * Follows a login link once for all tests of a worker: what the browser sees of it is the subject
 * of tests of its own.
 */
async function signIn(server: RunningServer): Promise<Cookies> {
  const answer = await fetch(await loginLink(server), { redirect: "manual" });
  return answer.headers.getSetCookie().map((cookie) => {
    const [pair = ""] = cookie.split(";");
    const at = pair.indexOf("=");
    return { name: pair.slice(0, at), value: pair.slice(at + 1), url: server.url };
  });
}
