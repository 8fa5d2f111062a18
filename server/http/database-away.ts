/** Prisma: unreachable, timed out, refused, closed, no connection from the pool. */
const PRISMA_CODES = new Set(["P1000", "P1001", "P1002", "P1008", "P1010", "P1011", "P1017", "P2024", "P2037"]);
const SOCKET_CODES = new Set(["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "EAI_AGAIN", "ETIMEDOUT", "EPIPE"]);
/** SQLSTATE: connection exceptions (08…), too many connections, and a server that shuts down, crashed or starts. */
const SQL_STATES = /^(08...|53300|57P0[1-5])$/;
const MESSAGES =
  /connection terminated|timeout exceeded when trying to connect|can't reach database|client has encountered a connection error|cannot use a pool after|query read timeout|connect ENOENT/i;
/** The driver adapter names connection faults by kind, see DriverAdapterError of @prisma/driver-adapter-utils. */
const ADAPTER_KINDS = new Set([
  "DatabaseNotReachable",
  "ConnectionClosed",
  "SocketTimeout",
  "TlsConnectionError",
  "TooManyConnections",
]);

interface ErrorLike {
  code?: unknown;
  errorCode?: unknown;
  originalCode?: unknown;
  kind?: unknown;
  message?: unknown;
  syscall?: unknown;
  cause?: unknown;
  /** Where Prisma keeps what the driver said that has no code of its own. */
  meta?: { driverAdapterError?: unknown };
}

/**
 * Whether an error says that the database could not be reached or went away, as opposed to refusing a statement.
 * Looks through `cause`, because Prisma wraps what the driver says.
 */
export function isDatabaseAway(error: unknown): boolean {
  let at: unknown = error;
  for (let depth = 0; depth < 6 && typeof at === "object" && at !== null; depth++) {
    if (saysAway(at)) return true;
    const { cause, meta } = at as ErrorLike;
    at = cause ?? meta?.driverAdapterError;
  }
  return false;
}

function saysAway(error: ErrorLike): boolean {
  if (typeof error.kind === "string" && ADAPTER_KINDS.has(error.kind)) return true;
  for (const code of [error.code, error.errorCode, error.originalCode]) {
    if (typeof code !== "string") continue;
    if (PRISMA_CODES.has(code) || SOCKET_CODES.has(code) || SQL_STATES.test(code)) return true;
  }
  // A Unix socket that is gone; a missing file must not pass for it. Prisma passes on the driver's message and code, not the call that failed.
  if (error.code === "ENOENT" && error.syscall === "connect") return true;
  return typeof error.message === "string" && MESSAGES.test(error.message);
}
