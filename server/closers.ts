import type { Logger } from "pino";

interface Closer {
  name: string;
  close: () => Promise<unknown> | unknown;
  withinMs: number;
}

/**
 * What has been opened, closed in reverse. Each part has its time; one that fails or is late is
 * logged and does not keep the others open.
 */
export class Closers {
  private readonly closers: Closer[] = [];
  private readonly logger: Logger;
  private closing: Promise<void> | undefined;

  constructor(logger: Logger) {
    this.logger = logger;
  }

  add(name: string, withinMs: number, close: () => Promise<unknown> | unknown): void {
    this.closers.push({ name, withinMs, close });
  }

  /** Safe to call twice: the second call waits for the first. Never rejects. */
  closeAll(): Promise<void> {
    this.closing ??= this.run();
    return this.closing;
  }

  private async run(): Promise<void> {
    for (const { name, close, withinMs } of this.closers.reverse()) {
      const startedAt = performance.now();
      try {
        await inTime(close, withinMs);
      } catch (err) {
        this.logger.warn({ err, part: name }, "could not be closed cleanly");
      }
      this.logger.debug({ part: name, ms: Math.round(performance.now() - startedAt) }, "closed");
    }
  }
}

async function inTime(close: Closer["close"], withinMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`still open after ${withinMs} ms`)), withinMs);
  });
  try {
    await Promise.race([close(), late]);
  } finally {
    clearTimeout(timer);
  }
}
