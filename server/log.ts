import { destination, type Logger, pino } from "pino";

/**
 * The process's log: one JSON line per entry on stderr, so that stdout keeps to what a person is meant to read (the
 * login link). Secrets in headers are redacted wherever a header bag is logged.
 */
export function createLogger(level: string): Logger {
  return pino(
    {
      level,
      base: null,
      redact: { paths: ["headers.authorization", "headers.cookie", "*.headers.authorization", "*.headers.cookie"] },
    },
    // Synchronous: little is logged, and the last line before an exit is the one that matters.
    destination({ fd: 2, sync: true }),
  );
}
