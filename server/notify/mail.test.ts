import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { createTestDatabase, type TestDatabase } from "../testing/database.ts";
import type { SmtpSettings } from "./mailer.ts";
import { closeBreakers, notifyOnBreakers, openBreakers, openSender, type Sender } from "./notify.test-kit.ts";
import { freePort, openSmtp, type Smtp } from "./smtp.test-kit.ts";

const FROM = { name: "Switchyard", address: "alerts@sender.example" };
const DOMAIN = "@sender.example>";

let database: TestDatabase;
let sender: Sender;
let smtp: Smtp;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());
beforeEach(async () => {
  sender = await openSender(database);
  smtp = await openSmtp();
});
afterEach(async () => {
  await sender.close();
  await smtp.close();
});

const settings = (port = smtp.port, more: Partial<SmtpSettings> = {}): SmtpSettings => ({
  url: `smtp://127.0.0.1:${port}`,
  from: FROM,
  ...more,
});
const put = (target = "ops@example.com, boss@example.com") =>
  sender.commit({ type: "channel.put", channelId: "mail", kind: "email", target });
const fire = async (error?: string) => {
  await sender.commit(notifyOnBreakers("mail"), ...openBreakers(["codex"], error));
};

test("an alert is sent as a mail of two parts with a link, and its end replies in the same thread", async () => {
  await put();
  await fire();
  sender.start({ smtp: settings() });
  await sender.settled(1);
  await sender.commit(...closeBreakers(["codex"]));
  await sender.settled(2);

  const [fired, resolved] = smtp.got;
  const [delivery] = await sender.deliveries();
  expect(fired).toMatchObject({ from: FROM.address, to: ["ops@example.com", "boss@example.com"] });
  expect(fired?.headers).toMatchObject({
    from: "Switchyard <alerts@sender.example>",
    to: "ops@example.com, boss@example.com",
    subject: "[Switchyard] breaker_open: agent codex",
    "message-id": `<${delivery?.id}${DOMAIN}`,
    "auto-submitted": "auto-generated",
  });
  const link = "https://console.example/alerts?alert=breaker_open%3Acodex";
  expect(fired?.text).toContain(link);
  expect(fired?.text).toContain("About: agent codex");
  expect(fired?.html).toContain(`<a href="${link}">`);
  expect(resolved?.headers.subject).toBe(fired?.headers.subject);
  expect(resolved?.headers.references).toBe(fired?.headers.references);
  expect(resolved?.headers["in-reply-to"]).toBe(fired?.headers["in-reply-to"]);
  expect(resolved?.headers["message-id"]).not.toBe(fired?.headers["message-id"]);
  expect(await sender.deliveries()).toMatchObject([{ status: "delivered", responseStatus: 250, error: null }, {}]);
});

test("a mail that is refused for now (4xx) is tried again under the same Message-ID, one refused for good (5xx) is not", async () => {
  await put();
  // A server that refuses connections for now says nothing about the mail, whatever the code.
  smtp.greetings.push(554);
  smtp.answers.push(451, 421);
  await fire();
  sender.start({ smtp: settings() });
  await sender.settled(1);
  expect(await sender.deliveries()).toMatchObject([{ status: "delivered", attempts: 4 }]);
  expect(smtp.got.map(({ headers }) => headers["message-id"])).toEqual([
    `<${(await sender.deliveries())[0]?.id}${DOMAIN}`,
  ]);

  smtp.answers.push(550);
  await sender.commit(...closeBreakers(["codex"]));
  await sender.settled(2);
  const [, refused] = await sender.deliveries();
  expect(refused).toMatchObject({ status: "failed", attempts: 1, responseStatus: 550, error: "answered 550" });
  // A replay has the same id.
  await sender.commit({ type: "delivery.replay", deliveryId: refused?.id ?? "" });
  await sender.settled(3);
  expect(smtp.got[1]?.headers["message-id"]).toBe(`<${refused?.id}${DOMAIN}`);
});

test("an address refused for good does not keep the mail from the others; one refused for now is tried again", async () => {
  await put();
  smtp.refusals["ops@example.com"] = 550;
  await fire();
  sender.start({ smtp: settings() });
  await sender.settled(1);
  const error = "refused for 1 of 2 addresses: answered 550";
  expect(await sender.deliveries()).toMatchObject([{ status: "delivered", attempts: 1, error }]);
  expect(smtp.got.map(({ to }) => to)).toEqual([["boss@example.com"]]);

  smtp.refusals["ops@example.com"] = 450;
  await sender.commit(...closeBreakers(["codex"]));
  await sender.settled(2);
  expect((await sender.deliveries())[1]).toMatchObject({ status: "failed", attempts: 4, responseStatus: 450 });
  smtp.refusals["boss@example.com"] = 550;
  smtp.refusals["ops@example.com"] = 550;
  await sender.commit({ type: "channel.test", channelId: "mail" });
  await sender.settled(3);
  expect((await sender.deliveries())[2]).toMatchObject({ status: "failed", error: "answered 550" });
});

test("a mail waits for a server that is down, and arrives when it is up", async () => {
  const port = await freePort();
  await put();
  await fire();
  sender.start({ smtp: settings(port), scheduleMs: Array(1000).fill(1) });
  const first = async () => (await sender.deliveries())[0];
  await expect.poll(async () => (await first())?.attempts, { timeout: 15_000, interval: 20 }).toBeGreaterThan(1);
  expect(await first()).toMatchObject({
    status: "pending",
    error: "the SMTP server could not be reached: ECONNREFUSED",
  });
  const late = await openSmtp({}, port);
  await sender.settled(1);
  expect(late.got).toHaveLength(1);
  await late.close();
});

test("user and password are sent within TLS, and a wrong one is reported without naming it", async () => {
  const guarded = await openSmtp({
    authOptional: false,
    disabledCommands: [],
    onAuth: ({ username, password }, _session, done) =>
      password === "p@ss:word" ? done(null, { user: username }) : done(new Error("wrong password for ops")),
  });
  const url = (password: string) => `smtp://ops:${encodeURIComponent(password)}@127.0.0.1:${guarded.port}`;
  await put();
  await fire();
  const wrong = sender.start({ smtp: settings(0, { url: url("hunter2") }) });
  await sender.settled(1);
  await wrong.close();
  const error = "the SMTP server refuses the user or the password";
  expect(await sender.deliveries()).toMatchObject([{ status: "failed", attempts: 4, responseStatus: 535, error }]);
  const stored = await database.pool.query<{ all: string }>(`SELECT json_agg(e)::text AS "all" FROM "Event" AS e`);
  for (const secret of ["hunter2", "secret.example", "ops@example.com"]) {
    expect(JSON.stringify([stored.rows, sender.logged])).not.toContain(secret);
  }

  await sender.commit(...openBreakers(["claude"]));
  sender.start({ smtp: settings(0, { url: url("p@ss:word") }) });
  await sender.settled(2);
  expect(guarded.got).toMatchObject([{ user: "ops", secure: true }]);
  await guarded.close();
});

test("with smtps:// everything is within TLS", async () => {
  const guarded = await openSmtp({ secure: true });
  await put();
  await fire();
  sender.start({ smtp: settings(0, { url: `smtps://127.0.0.1:${guarded.port}` }) });
  await sender.settled(1);
  expect(guarded.got).toMatchObject([{ secure: true }]);
  await guarded.close();
});

// A local address in an unusual form counts as another machine.
test.each([
  ["in the open", ["STARTTLS"], /^the SMTP server does not turn to TLS/],
  ["whose certificate nobody vouches for", [], /^the SMTP server could not be reached: /],
])("a password is not sent to another machine %s", async (_, disabledCommands, why) => {
  let asked = 0;
  const other = await openSmtp({
    disabledCommands,
    onAuth(_auth, _session, done) {
      asked += 1;
      done(null, { user: "ops" });
    },
  });
  await put();
  await fire();
  sender.start({ smtp: settings(0, { url: `smtp://ops:hunter2@0.0.0.0:${other.port}` }) });
  await sender.settled(1);
  expect([other.got, asked]).toEqual([[], 0]);
  const error = expect.stringMatching(why);
  expect(await sender.deliveries()).toMatchObject([{ status: "failed", attempts: 4, error }]);
  await other.close();
});

test("alert texts cannot add headers or markup", async () => {
  await put();
  await sender.commit(notifyOnBreakers("mail"), { type: "agent.register", agentKey: "codex" });
  sender.start({ smtp: settings() });
  const title = 'boom\r\nBcc: thief@evil.example\r\n\r\n<script>alert(1)</script> \u2028& "ü"';
  await sender.tick({
    ...{
      type: "alert.fire",
      alertId: "breaker_open:x",
      ruleId: "breaker_open",
      title,
      detail: "<b>.\r\n.\r\nQUIT</b>",
    },
    ...{ subject: { kind: "agent", id: "x" }, runId: null, value: null, threshold: null, causeId: null },
  });
  await sender.settled(1);
  const [mail] = smtp.got;
  expect(mail?.to).toEqual(["ops@example.com", "boss@example.com"]);
  expect(mail?.headers.bcc).toBeUndefined();
  expect(mail?.headers.subject).toBe("[Switchyard] breaker_open: agent x");
  expect(mail?.html).not.toContain("<script>");
  expect(mail?.html).toContain("&lt;script&gt;");
  expect(mail?.html).toContain("&lt;b&gt;");
  expect(mail?.text).toContain("QUIT</b>");
});

test("without a mail server the delivery fails with that reason, without retries", async () => {
  await put();
  await sender.commit({ type: "channel.test", channelId: "mail" });
  sender.start();
  await sender.settled(1);
  const error = "this server sends no e-mail: SMTP_URL and SMTP_FROM are not set";
  expect(await sender.deliveries()).toMatchObject([{ status: "failed", attempts: 1, error }]);
});

test("a sender stopped while the mail server is slow leaves the mail to the next", async () => {
  let asked = 0;
  const slow = await openSmtp({
    onConnect() {
      asked += 1;
    },
  });
  await put();
  await fire();
  const first = sender.start({ smtp: settings(slow.port) });
  await expect.poll(() => asked, { timeout: 15_000, interval: 20 }).toBe(1);
  await first.close();
  expect(await sender.deliveries()).toMatchObject([{ status: "pending", attempts: 0 }]);
  sender.start({ smtp: settings() });
  await sender.settled(1);
  expect(smtp.got).toHaveLength(1);
  await slow.close();
});
