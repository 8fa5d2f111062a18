import { Registry } from "prom-client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type MemoryUse, type MemoryWatch, watchMemory } from "./memory-watch.ts";

const MIB = 1024 * 1024;
let use: MemoryUse;
let lines: string[];
let asked: number;
let registry: Registry;
let watch: MemoryWatch;
beforeEach(() => {
  vi.useFakeTimers();
  use = {
    rssBytes: 200 * MIB,
    heapUsedBytes: 50 * MIB,
    heapTotalBytes: 80 * MIB,
    externalBytes: MIB,
    heapLimitBytes: 1000 * MIB,
    limitBytes: 4000 * MIB,
  };
  lines = [];
  asked = 0;
  registry = new Registry();
  const line = (_facts: unknown, message?: string) => void lines.push(String(message));
  const onShort = () => {
    asked += 1;
  };
  watch = watchMemory({ registry, logger: { info: line, warn: line }, onShort, read: () => use, everyMs: 1000 });
});
afterEach(() => {
  watch.close();
  vi.useRealTimers();
});

const short = async () => (await registry.getSingleMetric("switchyard_memory_short")?.get())?.values[0]?.value;

test.each([
  ["the heap near what V8 allows", { heapUsedBytes: 870 * MIB }],
  ["the process near what the machine has", { rssBytes: 3500 * MIB }],
])(
  "%s is said once in the log, shown, and answered by giving memory back until there is enough",
  async (_name, more) => {
    vi.advanceTimersByTime(3000);
    expect([lines, asked, await short()]).toEqual([[], 0, 0]);
    const calm = use;
    use = { ...calm, ...more };
    vi.advanceTimersByTime(3000);
    expect(lines).toEqual(["memory is short: the hot tier gives way"]);
    expect([asked, await short(), watch.figures().short]).toEqual([3, 1, true]);
    // Under the threshold it came over, and not yet comfortable: it goes on.
    use = { ...calm, heapUsedBytes: 800 * MIB };
    vi.advanceTimersByTime(1000);
    expect(watch.figures()).toEqual({ ...use, short: true });
    use = calm;
    vi.advanceTimersByTime(2000);
    expect(lines).toEqual(["memory is short: the hot tier gives way", "there is enough memory again"]);
    expect([asked, await short(), watch.figures().short]).toEqual([4, 0, false]);
  },
);

test("by default it reads this process", () => {
  const own = watchMemory({ registry: new Registry(), logger: { info() {}, warn() {} }, onShort: () => {} });
  own.close();
  const { rssBytes, heapLimitBytes, limitBytes } = own.figures();
  expect(rssBytes).toBeGreaterThan(10 * MIB);
  expect(heapLimitBytes).toBeGreaterThan(100 * MIB);
  expect(limitBytes).toBeGreaterThan(rssBytes);
});
