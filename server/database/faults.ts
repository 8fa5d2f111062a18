/** What keeps a database from doing what it is asked, when it is not what it was asked with. */
export const REASONS = [
  "unreachable",
  "read_only",
  "full",
  "busy",
  "pooled",
  "schema",
  "privileges",
  "failing",
] as const;
export type Reason = (typeof REASONS)[number];

/** One sentence each, for answers, the log and the console. */
export const SENTENCES: Readonly<Record<Reason, string>> = {
  unreachable: "the database is away",
  read_only: "the database takes no writes: it is read-only, or a standby",
  full: "the database has no room left on its disk",
  busy: "the database is too busy",
  pooled:
    "the database's connections are not our own: a connection pooler in transaction or statement mode stands before it; it must pool sessions, or DATABASE_URL must lead past it",
  schema: "the database's schema is not the one this server was made for",
  privileges: "the database's role lacks a privilege",
  failing: "the database is failing",
};

/** What an error of the database, its driver or Prisma is about. */
export interface Fault {
  /**
   * `data`: Postgres will not have a value; the same again fails again. `state`: anything else; the
   * same may succeed later.
   */
  about: "data" | "state";
  /** The SQLSTATE that Postgres answered with; undefined when it did not answer. */
  code: string | undefined;
  /** Of `data` without meaning. */
  reason: Reason;
}

interface ErrorLike {
  code?: unknown;
  errorCode?: unknown;
  originalCode?: unknown;
  severity?: unknown;
  kind?: unknown;
  name?: unknown;
  message?: unknown;
  syscall?: unknown;
  cause?: unknown;
  /** Where Prisma keeps what the driver said. */
  meta?: { driverAdapterError?: unknown };
}

const SQLSTATE = /^[0-9A-Z]{5}$/;
/**
 * Prisma: what was asked, or what it was asked with. All its other codes are the database's state.
 */
const PRISMA_DATA = /^P20(0[0-7]|1[1-9]|2[03569]|3[03])$/;
const PRISMA_BUG = /^P200[89]$/;
const PRISMA_REASONS: Readonly<Record<string, Reason>> = {
  P1014: "schema",
  P2021: "schema",
  P2022: "schema",
  P2024: "busy",
  P2028: "busy",
  P2034: "busy",
  P2037: "busy",
  P2010: "failing",
};
const SOCKET_CODES = new Set(["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "EAI_AGAIN", "ETIMEDOUT", "EPIPE"]);
/** What the driver, its pool and Prisma say in words only. */
const MESSAGES =
  /connection terminated|timeout exceeded when trying to connect|can't reach database|client has encountered a connection error|cannot use a pool after|query read timeout|connect ENOENT|client was closed|is not queryable/i;
/**
 * The driver adapter names connection faults by kind, see DriverAdapterError of
 * @prisma/driver-adapter-utils.
 */
const ADAPTER_KINDS = new Set([
  "DatabaseNotReachable",
  "ConnectionClosed",
  "SocketTimeout",
  "TlsConnectionError",
  "TooManyConnections",
]);

/**
 * What an error is about, however the driver, its pool or Prisma have wrapped it; undefined when it
 * is no error of the database. By SQLSTATE class: 22 and 23 are data, all else is the database's
 * state.
 */
export function faultOf(error: unknown): Fault | undefined {
  const chain = chainOf(error);
  for (const one of chain) {
    const code = sqlStateOf(one);
    if (code !== undefined) return { about: isAboutData(code) ? "data" : "state", code, reason: reasonOfState(code) };
  }
  // What is inside knows better than what wraps it.
  const reasons = chain.map(reasonOf).filter((found) => found !== undefined);
  const reason = reasons.find((found) => found !== "failing") ?? reasons[0];
  if (reason !== undefined) return { about: "state", code: undefined, reason };
  const isData = chain.some(({ code }) => typeof code === "string" && PRISMA_DATA.test(code));
  return isData ? { about: "data", code: undefined, reason: "failing" } : undefined;
}

/** The SQLSTATE of a plain error of the driver, not looking through what wraps it. */
export function sqlStateOf(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  const { code, severity, originalCode } = error as ErrorLike;
  if (typeof code === "string" && typeof severity === "string" && SQLSTATE.test(code)) return code;
  return typeof originalCode === "string" && SQLSTATE.test(originalCode) ? originalCode : undefined;
}

/**
 * Of 22P05 too, which Postgres has for a NUL in JSON: a database whose encoding lacks characters is
 * refused at the start.
 */
export function isAboutData(sqlState: string): boolean {
  return /^2[23]/.test(sqlState);
}

const STATES: readonly [RegExp, Reason][] = [
  [/^(08|57P0[1-5]|28|3D)/, "unreachable"],
  [/^25006$/, "read_only"],
  [/^53100$/, "full"],
  [/^(53|40|55|57|25P0[24])/, "busy"],
  [/^(26000|42P05)$/, "pooled"],
  [/^42501$/, "privileges"],
  [/^(0A|3F|42)/, "schema"],
];

/** What a SQLSTATE that is not about data says of the database. */
export function reasonOfState(sqlState: string): Reason {
  return STATES.find(([states]) => states.test(sqlState))?.[1] ?? "failing";
}

function reasonOf(error: ErrorLike): Reason | undefined {
  if (typeof error.kind === "string" && ADAPTER_KINDS.has(error.kind)) return "unreachable";
  for (const code of [error.code, error.errorCode, error.originalCode]) {
    if (typeof code !== "string") continue;
    if (SOCKET_CODES.has(code)) return "unreachable";
    if (/^P[12]\d{3}$/.test(code) && !PRISMA_DATA.test(code) && !PRISMA_BUG.test(code)) {
      return PRISMA_REASONS[code] ?? (code.startsWith("P1") ? "unreachable" : "failing");
    }
  }
  // A Unix socket that is gone; a missing file must not pass for it. Prisma passes on the driver's
  // message and code, not the call that failed.
  if (error.code === "ENOENT" && error.syscall === "connect") return "unreachable";
  if (typeof error.message === "string" && MESSAGES.test(error.message)) return "unreachable";
  const unknown = /^PrismaClient(Initialization|RustPanic|UnknownRequest)Error$/;
  return typeof error.name === "string" && unknown.test(error.name) ? "failing" : undefined;
}

/** The error and what it wraps, the outermost first. */
function chainOf(error: unknown): ErrorLike[] {
  const chain: ErrorLike[] = [];
  const waiting: unknown[] = [error];
  for (let next = waiting.shift(); next !== undefined && chain.length < 16; next = waiting.shift()) {
    if (typeof next !== "object" || next === null) continue;
    const one: ErrorLike = next;
    chain.push(one);
    waiting.push(...[one.cause, one.meta?.driverAdapterError].filter((inner) => inner !== undefined));
  }
  return chain;
}
