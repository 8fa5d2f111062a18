import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { expect, test } from "vitest";
import { readConfig, SETTINGS, unknownSettings } from "./config.ts";
import { StartupError } from "./database/errors.ts";

test("notifications go to all targets, to none, or to those that are named", () => {
  const targets = (value: string) => readConfig({ SWITCHYARD_ALLOW_PRIVATE_TARGETS: value }).privateTargets;
  expect([targets("true"), targets("false"), targets("")]).toEqual([true, [], []]);
  expect(targets("10.0.0.0/8, alerts.internal,::1")).toEqual(["10.0.0.0/8", "alerts.internal", "::1"]);
  for (const wrong of ["10.0.0.0/33", "10.0.0.0/8/8", "a b", "http://x", "yes,"])
    expect(() => targets(wrong)).toThrow();
});

test("the mail server is a URL, the sender an address, and one without the other is refused", () => {
  const smtp = (SMTP_URL: string, SMTP_FROM: string) => readConfig({ SMTP_URL, SMTP_FROM }).smtp;
  const url = "smtp://user:p%40ss@mail.example:587";
  expect(smtp(url, "alerts@example.com")).toEqual({ url, from: { name: "", address: "alerts@example.com" } });
  expect(smtp(url, "Switchyard <alerts@example.com>")?.from).toEqual({
    name: "Switchyard",
    address: "alerts@example.com",
  });
  expect(() => smtp(url, "")).toThrow("SMTP_FROM is missing");
  expect(() => smtp("", "alerts@example.com")).toThrow("SMTP_URL is missing");
  for (const wrong of [
    "mail.example",
    "http://mail.example",
    "smtp://",
    "smtp://user@mail.example",
    "smtp://u:%zz@mail.example",
  ])
    expect(() => smtp(wrong, "alerts@example.com")).toThrow("SMTP_URL must be");
  for (const wrong of ["nobody", "a@b.example\r\nBcc: c@d.example", "X\rY <a@b.example>", "<>"])
    expect(() => smtp("smtp://mail.example", wrong)).toThrow("SMTP_FROM must be");
});

test("an empty environment gives the defaults", () => {
  expect(readConfig({})).toEqual({
    port: 3000,
    host: "127.0.0.1",
    databaseUrl: undefined,
    databaseConnections: 18,
    redisUrl: undefined,
    hotTierTtlSeconds: 900,
    hotTierMb: 64,
    dataDir: ".data",
    bootstrapKey: undefined,
    publicUrl: undefined,
    privateTargets: [],
    smtp: undefined,
    idempotencyTtlSeconds: 86_400,
    sessionRetentionDays: 7,
    eventRetentionDays: 90,
    archiveDir: undefined,
    decisionRetentionDays: 90,
    rendererMb: 512,
    logLevel: "info",
    consoleBuild: ".next",
    development: false,
  });
});

test("every part of the server has a connection to the database, or it is refused", () => {
  expect(readConfig({ DATABASE_CONNECTIONS: "14" }).databaseConnections).toBe(14);
  expect(() => readConfig({ DATABASE_CONNECTIONS: "13" })).toThrow("DATABASE_CONNECTIONS");
});

test("variables that are set win, in the units their names say", () => {
  const config = readConfig({
    PORT: "0",
    HOST: "0.0.0.0",
    DATABASE_URL: "postgresql://u:p@db.example:5432/switchyard?sslmode=require",
    REDIS_URL: "rediss://u:p@cache.example:6380/2",
    HOT_TIER_TTL_SECONDS: "30",
    HOT_TIER_MB: "8",
    SWITCHYARD_DATA_DIR: "/srv/switchyard",
    SWITCHYARD_BOOTSTRAP_KEY: "k".repeat(16),
    SWITCHYARD_PUBLIC_URL: "https://switchyard.example/",
    IDEMPOTENCY_TTL_SECONDS: "60",
    EVENT_RETENTION_DAYS: "0.0001",
    SWITCHYARD_ARCHIVE_DIR: "/srv/archive",
    LOG_LEVEL: "silent",
    NODE_ENV: "development",
  });
  expect(config).toMatchObject({ port: 0, host: "0.0.0.0", dataDir: "/srv/switchyard", idempotencyTtlSeconds: 60 });
  expect(config).toMatchObject({ logLevel: "silent", development: true, publicUrl: "https://switchyard.example" });
  expect(config).toMatchObject({ eventRetentionDays: 0.0001, archiveDir: "/srv/archive" });
  expect(config.databaseUrl).toContain("sslmode=require");
  expect(config).toMatchObject({ redisUrl: "rediss://u:p@cache.example:6380/2", hotTierTtlSeconds: 30, hotTierMb: 8 });
});

test("a variable set to nothing counts as not set", () => {
  expect(readConfig({ PORT: "", DATABASE_URL: "", SWITCHYARD_BOOTSTRAP_KEY: "", LOG_LEVEL: "" })).toEqual(
    readConfig({}),
  );
});

test("every fault is listed at once, in one line, without the values", () => {
  const wrong = {
    PORT: "65536",
    DATABASE_URL: "mysql://root:hunter2@localhost/x",
    REDIS_URL: "localhost:6379",
    HOT_TIER_TTL_SECONDS: "0",
    SWITCHYARD_BOOTSTRAP_KEY: "two secrets",
    SWITCHYARD_PUBLIC_URL: "switchyard.example",
    IDEMPOTENCY_TTL_SECONDS: "1.5",
    SESSION_RETENTION_DAYS: "0",
    LOG_LEVEL: "loud",
  };
  let thrown: unknown;
  try {
    readConfig(wrong);
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(StartupError);
  const { code, message } = thrown as StartupError;
  expect(code).toBe("config_invalid");
  for (const name of Object.keys(wrong)) expect(message.split(name)).toHaveLength(2);
  expect(message).not.toMatch(/hunter2|two secrets|\n/);
});

test("sessions can be kept for part of a day", () => {
  expect(readConfig({ SESSION_RETENTION_DAYS: "0.001" }).sessionRetentionDays).toBe(0.001);
  for (const SESSION_RETENTION_DAYS of ["0.0", "-1", "1e3", ".5", "3651", "x"]) {
    expect(() => readConfig({ SESSION_RETENTION_DAYS })).toThrow(/SESSION_RETENTION_DAYS must be a number above 0/);
  }
});

test.each(["-1", "3000abc", "0x10", " 3000", "1e3"])("PORT=%s is refused", (PORT) => {
  expect(() => readConfig({ PORT })).toThrow(/PORT must be a whole number from 0 to 65535/);
});

test("a public address with a path is refused, as the console cannot be served under one", () => {
  const publicUrl = (value: string) => readConfig({ SWITCHYARD_PUBLIC_URL: value }).publicUrl;
  expect([publicUrl("https://a.example"), publicUrl("http://a.example:8443/")]).toEqual([
    "https://a.example",
    "http://a.example:8443",
  ]);
  for (const wrong of ["https://a.example/tools/switchyard", "https://a.example/?a=1", "https://u:p@a.example"])
    expect(() => publicUrl(wrong), wrong).toThrow("SWITCHYARD_PUBLIC_URL must be an address without a path");
});

test("HOST is an address or a name, with or without the brackets of IPv6, and nothing more", () => {
  const host = (value: string) => readConfig({ HOST: value }).host;
  const given = ["::1", "[::1]", "::", "[::]", "0.0.0.0", "localhost", "my-host.internal"];
  expect(given.map(host)).toEqual(["::1", "::1", "::", "::", "0.0.0.0", "localhost", "my-host.internal"]);
  for (const wrong of ["http://127.0.0.1", "127.0.0.1:3000", "[::1]:3000", "a b", "host/path", "[localhost]", "*"])
    expect(() => host(wrong), wrong).toThrow("HOST must be an address or a name");
});

test("variables that look like settings and are none are named, with what may have been meant", () => {
  const env = {
    SWITCHYARD_DATADIR: "a",
    SWITCHYARD_PUBLIC_URI: "b",
    SWITCHYARD_COLOUR: "c",
    SWITCHYARD_URL: "d",
    PORT: "1",
  };
  expect(unknownSettings({ ...env, SWITCHYARD_DATA_DIR: "e", SWITCHYARD_KEY: "f" })).toEqual([
    { name: "SWITCHYARD_DATADIR", meant: "SWITCHYARD_DATA_DIR" },
    { name: "SWITCHYARD_PUBLIC_URI", meant: "SWITCHYARD_PUBLIC_URL" },
    { name: "SWITCHYARD_COLOUR" },
  ]);
});

test("the example file has every setting, with its default or an example that is taken; README lists every one", () => {
  const root = new URL("../", import.meta.url);
  const example = readFileSync(new URL(".env.example", root), "utf8");
  expect(readConfig(parseEnv(example))).toEqual(readConfig({}));
  const all = parseEnv(example.replace(/^# ([A-Z_]+=)/gm, "$1"));
  expect(Object.keys(all).sort()).toEqual([...SETTINGS].sort());
  expect(readConfig({ ...all, SWITCHYARD_BOOTSTRAP_KEY: "x".repeat(40) })).toMatchObject({ port: 3000 });
  const readme = readFileSync(new URL("README.md", root), "utf8");
  expect(SETTINGS.filter((name) => !readme.includes(`\`${name}\``))).toEqual([]);
});
