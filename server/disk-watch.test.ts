import { tmpdir } from "node:os";
import { Registry } from "prom-client";
import { expect, onTestFinished, test } from "vitest";
import { type DiskWatchOptions, watchDisks } from "./disk-watch.ts";

const GIB = 1024 ** 3;

function open(options: Partial<DiskWatchOptions> = {}) {
  const lines: string[] = [];
  const registry = new Registry();
  const line = (_facts: unknown, message?: string) => void lines.push(String(message));
  const folders = [{ holds: "database" as const, folder: "/data" }];
  const watch = watchDisks({ registry, logger: { info: line, warn: line }, folders, ...options });
  onTestFinished(() => watch.close());
  const metric = async (name: string) => (await registry.getSingleMetric(name)?.get())?.values ?? [];
  return { watch, lines, metric };
}

test.each([
  ["a small disk by a tenth of it", GIB, 0.11 * GIB, 0.09 * GIB, 0.14 * GIB, 0.16 * GIB],
  ["a large disk by what the write-ahead log may take", 1000 * GIB, 3 * GIB, 1.9 * GIB, 2.9 * GIB, 3.1 * GIB],
])("%s: nearly full is said once, shown, and over when there is clearly more", async (_name, totalBytes, ...free) => {
  let freeBytes = 0;
  const { watch, lines, metric } = open({ read: async () => ({ freeBytes, totalBytes }) });
  const shorts: boolean[] = [];
  for (freeBytes of free.flatMap((bytes) => [bytes, bytes])) {
    await watch.look();
    shorts.push(watch.figures()[0]?.short ?? false);
    expect(await metric("switchyard_disk_short")).toEqual([
      { labels: { holds: "database" }, value: Number(shorts.at(-1)) },
    ]);
  }
  expect(shorts).toEqual([false, false, true, true, true, true, false, false]);
  expect(lines).toEqual([
    "the disk of the database is nearly full: make room, or changes are refused",
    "the disk of the database has room again",
  ]);
});

test("the real disk has figures, and a folder that is not there is left out", async () => {
  const folders = [
    { holds: "database" as const, folder: tmpdir() },
    { holds: "archive" as const, folder: "/nowhere/at/all" },
  ];
  const { watch, metric } = open({ folders });
  await watch.look();
  expect(watch.figures()).toMatchObject([{ holds: "database", folder: tmpdir() }]);
  const [disk] = watch.figures();
  expect(disk?.totalBytes).toBeGreaterThan(disk?.freeBytes ?? 0);
  expect(await metric("switchyard_disk_free_bytes")).toEqual([
    { labels: { holds: "database" }, value: disk?.freeBytes },
  ]);
});
