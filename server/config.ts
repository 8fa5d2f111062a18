import { isIP } from "node:net";
import { z } from "zod";
import { isAddress } from "../domain/alerts/email-address.ts";
import { StartupError } from "./database/errors.ts";
import { LEAST_CONNECTIONS } from "./database/pools.ts";

const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace", "silent"] as const;

// A variable that is set to nothing (`PORT= npm start`, an empty line of an env file) counts as not
// set.
const setting = <T extends z.ZodType>(schema: T) => z.preprocess((value) => (value === "" ? undefined : value), schema);

const whole = (least: number, most: number) =>
  z
    .string()
    .regex(/^\d+$/, `must be a whole number from ${least} to ${most}`)
    .transform(Number)
    .refine((value) => value >= least && value <= most, `must be a whole number from ${least} to ${most}`);

const days = (most: number) => {
  const message = `must be a number above 0, at most ${most}; a fraction is fine`;
  return z
    .string()
    .regex(/^\d+(\.\d+)?$/, message)
    .transform(Number)
    .refine((value) => value > 0 && value <= most, message);
};

const text = z.string().regex(/^[^\0]*$/, "must not hold a NUL");

const postgresUrl = text.refine(
  (value) => /^postgres(ql)?:\/\//.test(value) && URL.canParse(value),
  "must be a URL of the form postgresql://user:password@host:port/database",
);

const oneHost = postgresUrl.refine(
  (value) => !/^[^/]*\/\/[^/?]*,/.test(value),
  "names several hosts; name one address that leads to the primary",
);

const redisUrl = text.refine(
  (value) => /^rediss?:\/\//.test(value) && URL.canParse(value),
  "must be a URL of the form redis://user:password@host:port",
);

const httpUrl = text
  .refine(
    (value) => /^https?:\/\//.test(value) && URL.canParse(value),
    "must be a URL that starts with http:// or https://",
  )
  .refine(
    (value) => !URL.canParse(value) || new URL(value).origin === new URL(value).href.replace(/\/$/, ""),
    "must be an address without a path, like https://switchyard.example.com: the console needs a host or port of its own and cannot be served under a path of one",
  )
  .transform((value) => new URL(value).origin);

/** An address or a name, as `listen` takes it: IPv6 without its brackets. */
const host = text.transform((value, ctx) => {
  const bare = /^\[(.*)\]$/.exec(value)?.[1] ?? value;
  if (isIP(bare) !== 0 || (bare === value && /^[A-Za-z0-9_]([A-Za-z0-9_.-]{0,252})$/.test(value))) return bare;
  ctx.addIssue({
    code: "custom",
    message: "must be an address or a name of this machine alone, like 0.0.0.0 or ::1; the port goes into PORT",
  });
  return z.NEVER;
});

const smtpUrl = text.refine(isSmtpUrl, "must be a URL of the form smtp://user:password@host:port, or smtps://");

function isSmtpUrl(value: string): boolean {
  if (!/^smtps?:\/\/[^\s\\]+$/.test(value) || !URL.canParse(value)) return false;
  const { hostname, username, password, pathname, search, hash } = new URL(value);
  if (hostname === "" || (username === "") !== (password === "")) return false;
  return (
    !/[^/]/.test(pathname) && !search && !hash && [username, password].every((part) => !/%(?![0-9a-f]{2})/i.test(part))
  );
}

/** `Name <address>`, or the address alone. */
const sender = text.transform((value, ctx) => {
  const [, name = "", within] = /^"?([^"<>\p{Cc}]{0,100}?)"?\s*<([^<>]+)>$/u.exec(value.trim()) ?? [];
  const address = within ?? value.trim();
  if (isAddress(address)) return { name, address };
  ctx.addIssue({ code: "custom", message: "must be an e-mail address, or a name and <an address>" });
  return z.NEVER;
});

/** `true`, or hosts, addresses and networks, separated by commas. */
const targets = text.transform((value, ctx) => {
  if (value === "true" || value === "false") return value === "true" || [];
  const entries = value.split(",").map((entry) => entry.trim());
  const wrong = entries.filter((entry) => !isTarget(entry));
  if (wrong.length === 0) return entries;
  ctx.addIssue({ code: "custom", message: "must be true, or hosts, addresses and networks (10.0.0.0/8) by commas" });
  return z.NEVER;
});

function isTarget(entry: string): boolean {
  const [address = "", prefix, ...more] = entry.split("/");
  const family = isIP(address);
  if (family === 0) return /^[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/.test(entry);
  if (prefix === undefined) return true;
  return more.length === 0 && /^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 6 ? 128 : 32);
}

const environment = z
  .object({
    PORT: setting(whole(0, 65_535).default(3000)),
    HOST: setting(host.default("127.0.0.1")),
    DATABASE_URL: setting(oneHost.optional()),
    DATABASE_CONNECTIONS: setting(whole(LEAST_CONNECTIONS, 500).default(18)),
    REDIS_URL: setting(redisUrl.optional()),
    HOT_TIER_TTL_SECONDS: setting(whole(1, 86_400).default(900)),
    HOT_TIER_MB: setting(whole(1, 65_536).default(64)),
    SWITCHYARD_DATA_DIR: setting(text.default(".data")),
    SWITCHYARD_BOOTSTRAP_KEY: setting(
      text.regex(/^[\x21-\x7e]{1,200}$/, "must be 1 to 200 visible ASCII characters").optional(),
    ),
    SWITCHYARD_PUBLIC_URL: setting(httpUrl.optional()),
    SWITCHYARD_ALLOW_PRIVATE_TARGETS: setting(targets.default([])),
    SMTP_URL: setting(smtpUrl.optional()),
    SMTP_FROM: setting(sender.optional()),
    IDEMPOTENCY_TTL_SECONDS: setting(whole(1, 31_536_000).default(86_400)),
    SESSION_RETENTION_DAYS: setting(days(3_650).default(7)),
    EVENT_RETENTION_DAYS: setting(days(3_650).default(90)),
    SWITCHYARD_ARCHIVE_DIR: setting(text.optional()),
    DECISION_RETENTION_DAYS: setting(days(3_650).default(90)),
    RENDERER_MB: setting(whole(128, 65_536).default(512)),
    LOG_LEVEL: setting(z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(", ")}`).default("info")),
    NODE_ENV: setting(z.string().optional()),
    NEXT_DIST_DIR: setting(text.default(".next")),
  })
  .check(({ value, issues }) => {
    if ((value.SMTP_URL === undefined) === (value.SMTP_FROM === undefined)) return;
    const path = value.SMTP_URL === undefined ? "SMTP_URL" : "SMTP_FROM";
    issues.push({
      code: "custom",
      message: "is missing: SMTP_URL and SMTP_FROM go together",
      path: [path],
      input: value,
    });
  });

/** The names of all settings that people make, as README and `.env.example` list them. */
export const SETTINGS: readonly string[] = Object.keys(environment.shape).filter(
  (name) => name !== "NODE_ENV" && name !== "NEXT_DIST_DIR",
);

export interface Config {
  /** 0 lets the system choose. */
  port: number;
  host: string;
  /** A PostgreSQL of the operator's own; undefined means the embedded one in `dataDir`. */
  databaseUrl: string | undefined;
  /** Most connections to the database that this process opens, of all its parts together. */
  databaseConnections: number;
  /** A Redis that servers share as a further hot tier; undefined means none. */
  redisUrl: string | undefined;
  /** How long a row stays in the hot tiers. */
  hotTierTtlSeconds: number;
  /** Bound of the hot tier in this process, MiB. */
  hotTierMb: number;
  dataDir: string;
  /** An API key made at the first start, for setups without a person. */
  bootstrapKey: string | undefined;
  /** Origin under which browsers reach the server, if a proxy stands in front of it. */
  publicUrl: string | undefined;
  /**
   * Where notifications may go besides public https addresses: everywhere, or these hosts,
   * addresses and networks.
   */
  privateTargets: true | string[];
  /** Where e-mail is handed in and whom it is from; undefined means that none is sent. */
  smtp: { url: string; from: { name: string; address: string } } | undefined;
  idempotencyTtlSeconds: number;
  sessionRetentionDays: number;
  /** Events and receipts older than this leave the log; a fraction of a day is for trying it. */
  eventRetentionDays: number;
  /** What leaves the log is first written to files here; undefined means that it is not kept. */
  archiveDir: string | undefined;
  decisionRetentionDays: number;
  /** Bound of the heap of the process that draws pages, MiB. */
  rendererMb: number;
  logLevel: (typeof LOG_LEVELS)[number];
  /**
   * The folder of the console's build, below the project's root; `server/start.mjs` names the one
   * to serve.
   */
  consoleBuild: string;
  /** True under `npm run dev`: Next compiles pages as they are asked for. */
  development: boolean;
}

/**
 * Turns environment variables into the configuration. Pure. Throws StartupError "config_invalid",
 * whose one line names every variable that is wrong and why.
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const { success, data, error } = environment.safeParse(env);
  if (!success) {
    const faults = error.issues.map((issue) => `${issue.path.join(".")} ${issue.message}`);
    throw new StartupError("config_invalid", `the configuration is wrong: ${faults.join("; ")}`);
  }
  return {
    port: data.PORT,
    host: data.HOST,
    databaseUrl: data.DATABASE_URL,
    databaseConnections: data.DATABASE_CONNECTIONS,
    redisUrl: data.REDIS_URL,
    hotTierTtlSeconds: data.HOT_TIER_TTL_SECONDS,
    hotTierMb: data.HOT_TIER_MB,
    dataDir: data.SWITCHYARD_DATA_DIR,
    bootstrapKey: data.SWITCHYARD_BOOTSTRAP_KEY,
    publicUrl: data.SWITCHYARD_PUBLIC_URL,
    privateTargets: data.SWITCHYARD_ALLOW_PRIVATE_TARGETS,
    smtp: data.SMTP_URL !== undefined && data.SMTP_FROM ? { url: data.SMTP_URL, from: data.SMTP_FROM } : undefined,
    idempotencyTtlSeconds: data.IDEMPOTENCY_TTL_SECONDS,
    sessionRetentionDays: data.SESSION_RETENTION_DAYS,
    eventRetentionDays: data.EVENT_RETENTION_DAYS,
    archiveDir: data.SWITCHYARD_ARCHIVE_DIR,
    decisionRetentionDays: data.DECISION_RETENTION_DAYS,
    rendererMb: data.RENDERER_MB,
    logLevel: data.LOG_LEVEL,
    consoleBuild: data.NEXT_DIST_DIR,
    development: data.NODE_ENV === "development",
  };
}

/**
 * Settings of the client, the worker and the commands they run, which may stand in the same
 * environment.
 */
const OF_OTHERS = [
  "URL",
  "KEY",
  "ADAPTERS",
  "JOB_ID",
  "RUN_ID",
  "ATTEMPT",
  "CHROMIUM",
  "FAULTS_SEED",
  "TEST_DEPTH",
].map((name) => `SWITCHYARD_${name}`);

/**
 * Variables that look like settings of ours and are none: most likely misspelt. Each with the
 * setting it may have meant.
 */
export function unknownSettings(env: Readonly<Record<string, string | undefined>>): { name: string; meant?: string }[] {
  const known = [...Object.keys(environment.shape), ...OF_OTHERS];
  return Object.keys(env)
    .filter((name) => /^SWITCHYARD[_-]/i.test(name) && !known.includes(name))
    .map((name) => {
      const meant = known.find((other) => differ(name.toUpperCase().replaceAll("-", "_"), other) <= 2);
      return meant === undefined ? { name } : { name, meant };
    });
}

/** How many letters must be changed, added or left out to make one of the other (Levenshtein). */
function differ(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_none, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const kept = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(kept, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** The configuration of this process. */
export function loadConfig(): Config {
  return readConfig(process.env);
}
