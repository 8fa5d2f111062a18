import { type Browser, expect, type Page, test } from "@playwright/test";
import { io, type Socket } from "socket.io-client";
import type { Beat, ClientToServer, LogFrame, ServerToClient } from "../domain/kernel/live.ts";
import { type OwnPostgres, startOwnPostgres } from "./own-postgres.ts";
import { type RunningServer, startServer } from "./server.ts";
import { loginLink } from "./test.ts";

let postgres: OwnPostgres;
let server: RunningServer;

test.beforeAll(async () => {
  test.setTimeout(300_000);
  postgres = await startOwnPostgres();
  server = await startServer({ env: { DATABASE_URL: postgres.url } });
});
test.afterEach(async () => postgres.start());
test.afterAll(async () => {
  await server.stop();
  await postgres.remove();
});

const headers = () => ({ authorization: `Bearer ${server.key}`, "content-type": "application/json" });
const ask = (method: string, path: string, body?: unknown) =>
  fetch(`${server.url}${path}`, {
    method,
    headers: headers(),
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
const commit = (...mutations: object[]) => ask("POST", "/api/v1/commits", { mutations });
const statusOf = async (answer: Promise<Response>) => (await answer).status;

async function mustBeAway(answer: Response, what: string): Promise<void> {
  expect(answer.status, what).toBe(503);
  expect(Number(answer.headers.get("retry-after")), what).toBeGreaterThan(0);
  expect(answer.headers.get("content-type"), what).toContain("application/problem+json");
  expect(await answer.json(), what).toMatchObject({ status: 503, code: "database_away" });
}

test("while Postgres is stopped the process stays, writes and reads answer 503 with Retry-After, sockets stay; then all goes on by itself", async () => {
  const socket: Socket<ServerToClient, ClientToServer> = io(`${server.url}/live`, {
    transports: ["websocket"],
    auth: { key: server.key },
  });
  const [beats, types, lost]: [Beat[], string[], string[]] = [[], [], []];
  socket.on("beat", (beat) => beats.push(beat));
  socket.on("log", (frame: LogFrame) => types.push(...frame.events.map((event) => event.type)));
  socket.on("disconnect", (reason) => lost.push(reason));
  try {
    expect(await statusOf(commit({ type: "event.append", eventType: "x.before" }))).toBe(201);
    await socket.emitWithAck("subscribe", { topic: "log", since: 0 });
    await expect.poll(() => types).toContain("x.before");
    const { id } = socket;

    await postgres.crash();
    await mustBeAway(await commit({ type: "event.append", eventType: "x.lost" }), "a commit");
    await mustBeAway(await ask("GET", "/api/v1/runs"), "a read");
    expect(await statusOf(ask("GET", "/healthz"))).toBe(200);
    const readiness = await ask("GET", "/readyz");
    expect([readiness.status, await readiness.json()]).toEqual([
      503,
      { status: "database_away", reason: "unreachable", detail: "the database is away" },
    ]);
    await expect.poll(() => beats.at(-1)).toMatchObject({ databaseAway: true });
    expect([socket.connected, socket.id, lost]).toEqual([true, id, []]);

    await postgres.start();
    await expect.poll(() => statusOf(commit({ type: "event.append", eventType: "x.after" }))).toBe(201);
    await expect.poll(() => types).toContain("x.after");
    await expect.poll(() => statusOf(ask("GET", "/readyz"))).toBe(200);
    await expect.poll(() => beats.at(-1)).not.toHaveProperty("databaseAway");
    expect([socket.connected, socket.id, lost]).toEqual([true, id, []]);
    expect(await (await ask("GET", "/api/v1/receipts/verify")).json()).toMatchObject({ valid: true });
    expect(types.filter((type) => type === "x.before")).toHaveLength(1);
  } finally {
    socket.disconnect();
  }
});

interface Parameter {
  name: string;
  in: string;
  required?: boolean;
  schema?: { enum?: string[] };
}

interface Reference {
  paths: { [path: string]: { [method: string]: { parameters?: Parameter[] } } };
}

/** What needs no database once the caller is known; somebody without a session has none to end. */
const WITHOUT_DATABASE = new Set(["/api/v1/openapi.json", "/api/v1/me", "/api/v1/logout"]);

test("every read of the API says that the database is away; no call fails otherwise or hangs", async () => {
  const reference = (await (await ask("GET", "/api/v1/openapi.json")).json()) as Reference;
  await postgres.crash();
  await expect.poll(() => statusOf(ask("GET", "/api/v1/runs"))).toBe(503);
  for (const [path, methods] of Object.entries(reference.paths)) {
    if (WITHOUT_DATABASE.has(path) || !path.startsWith("/api/")) continue;
    for (const [name, { parameters = [] }] of Object.entries(methods)) {
      const method = name.toUpperCase();
      const needed = parameters.filter((parameter) => parameter.in === "query" && parameter.required);
      const query = new URLSearchParams(
        needed.map((parameter) => [parameter.name, parameter.schema?.enum?.[0] ?? "some-id"]),
      ).toString();
      const url = `${path.replaceAll(/\{\w+\}/g, "some-id")}${query && `?${query}`}`;
      const answer = await ask(method, url, method === "GET" ? undefined : {});
      if (method === "GET") await mustBeAway(answer, `${method} ${path}`);
      // An empty body may be refused before anybody asks the database.
      else expect([400, 422, 503], `${method} ${path}`).toContain(answer.status);
      if (method !== "GET") await answer.body?.cancel();
    }
  }
});

test("the console says that the database is away, refuses clicks with the reason, and goes on by itself without a reload", async ({
  browser,
}) => {
  await commit(
    { type: "agent.register", agentKey: "flaky", breaker: { windowSize: 1, minimumCalls: 1, openMs: 3_600_000 } },
    { type: "breaker.record", agentKey: "flaky", success: false },
  );
  const page = await signIn(browser);
  await page.goto("/alerts");
  const banner = page.getByRole("alert", { name: "Database" });
  const badge = page.getByRole("button", { name: /^Freshness/ });
  await expect(badge).toHaveAttribute("data-freshness", "live");
  await expect(banner).toHaveText("");
  await page.evaluate(() => Object.assign(window, { loadedOnce: true }));

  await postgres.crash();
  await expect(banner).toContainText("The database is away");
  await expect(badge).toContainText("Database away");
  await page.getByRole("button", { name: "Acknowledge", exact: true }).first().click();
  await expect(page.getByText(/database (is away|cannot be reached)/i).last()).toBeVisible();

  await postgres.start();
  await expect(banner).toHaveText("");
  await expect(badge).toHaveAttribute("data-freshness", "live");
  await commit({
    type: "agent.register",
    agentKey: "second",
    breaker: { windowSize: 1, minimumCalls: 1, openMs: 3_600_000 },
  });
  await commit({ type: "breaker.record", agentKey: "second", success: false });
  await expect(page.getByText("Breaker of second is open")).toBeVisible();
  expect(await page.evaluate(() => "loadedOnce" in window)).toBe(true);
  await page.context().close();
});

test("a page that is opened while the database is away comes by itself when it is back", async ({ browser }) => {
  const page = await signIn(browser);
  await page.goto("/");
  await expect(page.getByRole("button", { name: /^Freshness/ })).toHaveAttribute("data-freshness", "live");
  await postgres.crash();
  await expect(page.getByRole("alert", { name: "Database" })).toContainText("The database is away");
  await page.getByRole("navigation", { name: "Main", exact: true }).getByRole("link", { name: "Events" }).click();
  // In its place, or by a page of its own, if the server has forgotten by then who asks.
  await expect(
    page.getByText("This page could not be loaded").or(page.getByRole("heading", { name: "The database is away" })),
  ).toBeVisible();
  const other = await page.context().newPage();
  await other.goto("/runs");
  await expect(other.getByText(/could not be loaded|The database is away/).first()).toBeVisible();

  await postgres.start();
  await expect(page.getByRole("heading", { name: "Events" })).toBeVisible();
  await expect(other.getByRole("heading", { name: "Runs" })).toBeVisible();
  await page.context().close();
});

async function signIn(browser: Browser): Promise<Page> {
  const context = await browser.newContext({ baseURL: server.url });
  const page = await context.newPage();
  await page.goto(await loginLink(server));
  return page;
}
