import { afterAll, beforeAll, expect, test } from "vitest";
import { ensureTenant } from "../../store/tenants.ts";
import { cookiesOf, createTestApp, type TestApp } from "../test-app.ts";
import { mintApiKey } from "./api-keys.ts";

let t: TestApp;
beforeAll(async () => {
  t = await createTestApp();
});
afterAll(() => t.close());

const OURS = { host: "console.test:3000", "sec-fetch-site": "same-origin" };
const mint = () => t.auth.sessions.mintLoginToken("default", "admin");
const me = (cookie: string) => t.app.inject({ url: "/api/v1/me", headers: { cookie } });

test("opening a login link signs in without a form and leads to the overview", async () => {
  const answer = await t.app.inject({ url: `/login?token=${await mint()}` });
  expect([answer.statusCode, answer.headers.location, answer.headers["cache-control"]]).toEqual([302, "/", "no-store"]);
  const [cookie, ...more] = [answer.headers["set-cookie"]].flat();
  expect(more).toEqual([]);
  expect(cookie).toMatch(/^switchyard-[0-9a-f]{8}\.session_token=/);
  expect(cookie).toMatch(/; HttpOnly/i);
  expect(cookie).toMatch(/; SameSite=Lax/i);
  expect(cookie).not.toMatch(/; Secure/i);
  expect((await me(cookiesOf(answer))).statusCode).toBe(200);
  expect((await t.app.inject({ url: "/runs", headers: { cookie: cookiesOf(answer) } })).body).toBe("page /runs");
});

test("behind a TLS proxy the cookie is Secure", async () => {
  const answer = await t.app.inject({ url: `/login?token=${await mint()}`, headers: { "x-forwarded-proto": "https" } });
  expect(String(answer.headers["set-cookie"])).toMatch(/; Secure/);
});

test("a link leads to the page that was asked for, and never off this server", async () => {
  const at = async (next: string) =>
    (await t.app.inject({ url: `/login?token=${await mint()}&next=${encodeURIComponent(next)}` })).headers.location;
  expect(await at("/runs/a?tab=events")).toBe("/runs/a?tab=events");
  expect(await at("//evil.test/x")).toBe("/");
  expect(await at("https://evil.test/x")).toBe("/");
});

test("of twenty clients racing with one link, one is signed in", async () => {
  const token = await mint();
  const answers = await Promise.all(Array.from({ length: 20 }, () => t.app.inject({ url: `/login?token=${token}` })));
  const signedIn = answers.filter((answer) => answer.headers["set-cookie"] !== undefined);
  expect(signedIn).toHaveLength(1);
  const others = answers.filter((answer) => answer.headers["set-cookie"] === undefined);
  expect(new Set(others.map((answer) => answer.headers.location))).toEqual(new Set(["/login?error=link_invalid"]));
});

test.each(["spent", "unknown", "expired", "much too long"])(
  "a link that is %s leads back to the login page",
  async (kind) => {
    const token = kind === "unknown" ? "x".repeat(32) : kind === "much too long" ? "x".repeat(500) : await mint();
    if (kind === "spent") await t.app.inject({ url: `/login?token=${token}` });
    if (kind === "expired") {
      await t.database.prisma.authVerification.updateMany({
        where: { identifier: { startsWith: "magic-link:" } },
        data: { expiresAt: new Date(0) },
      });
    }
    const answer = await t.app.inject({ url: `/login?token=${token}` });
    expect(answer.headers["set-cookie"]).toBeUndefined();
    if (kind === "much too long") expect(answer.statusCode).toBe(200);
    else expect([answer.statusCode, answer.headers.location]).toEqual([302, "/login?error=link_invalid"]);
  },
);

test("HEAD does not spend a link", async () => {
  const token = await mint();
  expect((await t.app.inject({ method: "HEAD", url: `/login?token=${token}` })).headers["set-cookie"]).toBeUndefined();
  expect((await t.app.inject({ url: `/login?token=${token}` })).headers.location).toBe("/");
});

test("a second click on a spent link does not sign anybody out", async () => {
  const token = await mint();
  const cookie = cookiesOf(await t.app.inject({ url: `/login?token=${token}` }));
  const again = await t.app.inject({ url: `/login?token=${token}`, headers: { cookie } });
  expect([again.statusCode, again.headers.location]).toEqual([302, "/"]);
  expect((await t.app.inject({ url: "/login?next=%2Fboard", headers: { cookie } })).headers.location).toBe("/board");
});

test("the database holds no login token that could be used", async () => {
  const token = await mint();
  expect(JSON.stringify(await t.database.prisma.authVerification.findMany())).not.toContain(token);
});

test("logging out ends the session at once and clears the cookie", async () => {
  const cookie = cookiesOf(await t.app.inject({ url: `/login?token=${await mint()}` }));
  expect((await me(cookie)).statusCode).toBe(200);
  const out = await t.app.inject({ method: "POST", url: "/api/v1/logout", headers: { ...OURS, cookie } });
  expect(out.statusCode).toBe(204);
  expect(String(out.headers["set-cookie"])).toMatch(/session_token=;.*Max-Age=0/i);
  expect((await me(cookie)).statusCode).toBe(401);
  expect((await t.app.inject({ url: "/runs", headers: { cookie } })).headers.location).toBe("/login?next=%2Fruns");
});

test("a forged or foreign cookie is no session", async () => {
  const cookie = cookiesOf(await t.app.inject({ url: `/login?token=${await mint()}` }));
  const [name = "", value = ""] = cookie.split("=", 2);
  for (const forged of [
    `${name}=x.y`,
    `${name}=`,
    `${name}=${value.slice(0, -6)}AAAA%3D`,
    `x${cookie}`,
    `${name}=%zz`,
  ]) {
    expect((await me(forged)).statusCode, forged).toBe(401);
  }
});

test("a key pasted on the login page opens a session for its own tenant and role", async () => {
  await ensureTenant(t.database.prisma, "Second:tenant", "Second");
  const { secret } = await mintApiKey(t.database.prisma, { tenantId: "Second:tenant", name: "watch", role: "viewer" });
  const payload = { key: ` ${secret}\n`, next: "/alerts" };
  const answer = await t.app.inject({ method: "POST", url: "/login/key", headers: OURS, payload });
  expect(answer.json()).toEqual({ next: "/alerts" });
  expect((await me(cookiesOf(answer))).json()).toMatchObject({
    tenantId: "Second:tenant",
    kind: "user",
    role: "viewer",
  });
});

test("a key cannot be pasted by another site, a wrong one is refused, and guessing has its limit", async () => {
  const post = (headers: Record<string, string>, key: string) =>
    t.app.inject({ method: "POST", url: "/login/key", headers, payload: { key }, remoteAddress: "192.0.2.7" });
  expect((await post({ "sec-fetch-site": "cross-site" }, t.key.secret)).statusCode).toBe(403);
  for (let i = 0; i < 10; i++) expect((await post(OURS, `wrong${i}`)).statusCode).toBe(401);
  const limited = await post(OURS, t.key.secret);
  expect([limited.statusCode, limited.json().code]).toEqual([429, "too_many_attempts"]);
  expect(Number(limited.headers["retry-after"])).toBeGreaterThan(0);
});

test("an admin makes a login link for someone else; a viewer may not", async () => {
  const make = (secret: string) =>
    t.app.inject({
      method: "POST",
      url: "/api/v1/login-links",
      headers: { host: "console.test:3000", authorization: `Bearer ${secret}` },
      payload: { next: "/alerts" },
    });
  const made = await make(t.key.secret);
  expect(made.statusCode).toBe(201);
  const url = new URL(made.json().url);
  expect(url.origin).toBe("http://console.test:3000");
  const opened = await t.app.inject({ url: url.pathname + url.search });
  expect(opened.headers.location).toBe("/alerts");
  expect((await me(cookiesOf(opened))).statusCode).toBe(200);
  const viewer = await mintApiKey(t.database.prisma, { tenantId: "default", name: "viewer", role: "viewer" });
  const refused = await make(viewer.secret);
  expect([refused.statusCode, refused.json().code]).toEqual([403, "forbidden"]);
});
