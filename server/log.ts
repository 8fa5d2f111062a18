import { LRUCache } from "lru-cache";
import { destination, type LogFn, type Logger, pino } from "pino";

/**
 * Lines of one text in one interval; what callers can cause, they can cause a thousand times a
 * second.
 */
const LINES = 20;
const INTERVAL_MS = 10_000;
/** Texts that are counted at a time. */
const TEXTS = 500;

interface Said {
  lines: number;
  left: number;
}

/**
 * The process's log: one JSON line per entry on stderr, so that stdout keeps to what a person is
 * meant to read (the login link). Secrets in headers are redacted wherever a header bag is logged.
 * Of one text and level at most twenty lines are written in ten seconds; then one says how many
 * more there were (`alsoSince`).
 */
export function createLogger(
  level: string,
  // Synchronous: little is logged, and the last line before an exit is the one that matters.
  stream: { write(line: string): void } = destination({ fd: 2, sync: true }),
): Logger {
  return pino(
    {
      level,
      base: null,
      redact: { paths: ["headers.authorization", "headers.cookie", "*.headers.authorization", "*.headers.cookie"] },
      hooks: { logMethod: sampled() },
    },
    stream,
  );
}

function sampled() {
  const said = new LRUCache<string, Said>({ max: TEXTS });
  return function logMethod(this: Logger, args: Parameters<LogFn>, method: LogFn, level: number): void {
    const text = args.find((arg) => typeof arg === "string") ?? "";
    const key = `${level} ${text}`;
    const known = said.get(key);
    if (known && known.lines >= LINES) {
      known.left += 1;
      return;
    }
    if (known) known.lines += 1;
    else {
      const begun: Said = { lines: 1, left: 0 };
      said.set(key, begun);
      const end = () => {
        said.delete(key);
        if (begun.left > 0) method.call(this, { alsoSince: begun.left }, text);
      };
      setTimeout(end, INTERVAL_MS).unref();
    }
    method.apply(this, args);
  };
}
