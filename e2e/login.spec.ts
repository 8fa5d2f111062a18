import { io } from "socket.io-client";
import { expect, loginLink, test } from "./test.ts";

test("pages without a session lead to the login page, and nothing else answers a stranger", async ({
  page,
  server,
}) => {
  for (const path of ["/", "/runs", "/runs/x", "/board", "/agents", "/alerts", "/events", "/docs"]) {
    await page.goto(`${server.url}${path}`);
    expect(new URL(page.url()).pathname).toBe("/login");
  }
  for (const path of [
    "/api/v1/runs",
    "/api/v1/events",
    "/api/v1/summary",
    "/metrics",
    "/api/v1/openapi.json",
    "/api/v1/nothing",
  ]) {
    expect((await fetch(`${server.url}${path}`)).status).toBe(401);
  }
  for (const path of ["/healthz", "/readyz", "/login"]) expect((await fetch(`${server.url}${path}`)).status).toBe(200);
  for (const auth of [{}, { key: "swy_wrong_key_0123456789" }]) {
    const socket = io(`${server.url}/live`, { transports: ["websocket"], auth, reconnection: false, forceNew: true });
    const outcome = await new Promise((resolve) => {
      socket.on("connect", () => resolve("connected"));
      socket.on("connect_error", () => resolve("refused"));
    });
    socket.close();
    expect(outcome).toBe("refused");
  }
});

test("a login link signs in by itself, once", async ({ browser, server }) => {
  const link = await loginLink(server);
  const first = await (await browser.newContext()).newPage();
  await first.goto(link);
  await expect(first.getByRole("heading", { name: "Overview" })).toBeVisible();
  const second = await (await browser.newContext()).newPage();
  await second.goto(link);
  expect(new URL(second.url()).pathname).toBe("/login");
  await expect(second.getByRole("alert").first()).toBeVisible();
  await first.context().close();
  await second.context().close();
});

test("the link that npm start printed signs in", async ({ page, server }) => {
  await page.goto(server.loginUrl);
  await expect(page.getByRole("heading", { name: "Overview" })).toBeVisible();
});

test("an API key pasted into the login page signs in, a wrong one is refused", async ({ page, server }) => {
  await page.goto(`${server.url}/login`);
  const field = page.getByLabel(/API key/i);
  await field.fill("swy_wrong_0123456789abcdef");
  await page.getByRole("button", { name: /sign in/i }).click();
  await expect(page.getByRole("alert").filter({ hasText: /key/i }).first()).toBeVisible();
  await field.fill(server.key);
  await page.getByRole("button", { name: /sign in/i }).click();
  await expect(page.getByRole("heading", { name: "Overview" })).toBeVisible();
});
