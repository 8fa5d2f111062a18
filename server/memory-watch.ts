import os from "node:os";
import { constrainedMemory } from "node:process";
import v8 from "node:v8";
import type { Logger } from "pino";
import { Gauge, type Registry } from "prom-client";
import type { MemoryFigures } from "./http/system.ts";

export interface MemoryWatchOptions {
  registry: Registry;
  logger: Pick<Logger, "info" | "warn">;
  /** Called at every look while memory is short: give some back. */
  onShort: () => void;
  everyMs?: number;
  /** What the process uses; tests say what they like. */
  read?: () => MemoryUse;
}

/** Bytes. */
export type MemoryUse = Omit<MemoryFigures, "short">;

export interface MemoryWatch {
  figures(): MemoryFigures;
  close(): void;
}

const LOOK_MS = 5000;
/** Of its limit, when memory is short, and when it is not any more. */
const SHORT = 0.85;
const ENOUGH = 0.75;

/**
 * Watches what this process uses: its heap against the limit V8 has, its resident memory against
 * what the machine or the container has.
 *
 * It is *enough* until either passes 85 % of its limit. Then it is *short*: the log says so once,
 * and each look asks for memory back, until both are under 75 % again, which the log says too.
 */
export function watchMemory({ registry, logger, onShort, ...o }: MemoryWatchOptions): MemoryWatch {
  const read = o.read ?? readUse;
  let short = false;
  const look = () => {
    const use = read();
    const share = Math.max(use.heapUsedBytes / use.heapLimitBytes, use.rssBytes / use.limitBytes);
    if (!short && share > SHORT) logger.warn(use, "memory is short: the hot tier gives way");
    if (short && share < ENOUGH) logger.info(use, "there is enough memory again");
    short = short ? share >= ENOUGH : share > SHORT;
    if (short) onShort();
  };
  const timer = setInterval(look, o.everyMs ?? LOOK_MS);
  timer.unref();

  const gauge = (name: string, help: string, of: () => number) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(of());
      },
    });
  gauge("switchyard_memory_short", "1 while the process uses most of the memory it may use", () => Number(short));
  gauge("switchyard_memory_limit_bytes", "Memory of the machine or the container", () => read().limitBytes);
  gauge("switchyard_heap_limit_bytes", "What V8 lets the heap grow to", () => read().heapLimitBytes);
  return { figures: () => ({ ...read(), short }), close: () => clearInterval(timer) };
}

function readUse(): MemoryUse {
  const { rss, heapUsed, heapTotal, external } = process.memoryUsage();
  // A container without a limit says 0, or something beyond all machines.
  const constrained = constrainedMemory();
  const total = os.totalmem();
  return {
    rssBytes: rss,
    heapUsedBytes: heapUsed,
    heapTotalBytes: heapTotal,
    externalBytes: external,
    heapLimitBytes: v8.getHeapStatistics().heap_size_limit,
    limitBytes: constrained > 0 && constrained < total ? constrained : total,
  };
}
