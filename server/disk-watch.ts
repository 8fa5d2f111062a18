import { statfs } from "node:fs/promises";
import type { Logger } from "pino";
import { Gauge, type Registry } from "prom-client";
import type { DiskFigures } from "./http/system.ts";

type Room = Pick<DiskFigures, "freeBytes" | "totalBytes">;

export interface DiskWatchOptions {
  registry: Registry;
  logger: Pick<Logger, "info" | "warn">;
  /** The folders that the server fills. */
  folders: { holds: DiskFigures["holds"]; folder: string }[];
  everyMs?: number;
  /** Room on the disk of a folder; tests have others. */
  read?: (folder: string) => Promise<Room>;
}

export interface DiskWatch {
  /** As of the last look; a folder that cannot be asked about is left out. */
  figures(): DiskFigures[];
  /** Looks now. Never rejects. */
  look(): Promise<void>;
  close(): void;
}

const LOOK_MS = 10_000;
/**
 * Little room is a tenth of the disk, and on large disks what Postgres' write-ahead log alone may
 * take.
 */
const LITTLE_SHARE = 0.1;
const LITTLE_BYTES = 2 * 1024 ** 3;
/** So many times as much is enough again. */
const ENOUGH = 1.5;

/**
 * Watches the disks of the folders that the server fills, before they are full: less than a tenth
 * free, of large disks less than 2 GiB, is *short*. The log says so once, and once when half as
 * much again is free.
 */
export function watchDisks({ registry, logger, folders, ...o }: DiskWatchOptions): DiskWatch {
  const read = o.read ?? readRoom;
  let figures: DiskFigures[] = [];
  const look = async () => {
    const seen = await Promise.all(
      folders.map(async ({ holds, folder }): Promise<DiskFigures[]> => {
        const room = await read(folder).catch(() => undefined);
        if (!room) return [];
        const was = figures.find((one) => one.holds === holds)?.short ?? false;
        const little = Math.min(room.totalBytes * LITTLE_SHARE, LITTLE_BYTES);
        const short = room.freeBytes < (was ? little * ENOUGH : little);
        const facts = { holds, folder, ...room };
        if (short && !was)
          logger.warn(facts, `the disk of the ${holds} is nearly full: make room, or changes are refused`);
        if (was && !short) logger.info(facts, `the disk of the ${holds} has room again`);
        return [{ holds, folder, ...room, short }];
      }),
    );
    figures = seen.flat();
  };
  const timer = setInterval(() => void look(), o.everyMs ?? LOOK_MS);
  timer.unref();

  const gauge = (name: string, help: string, of: (disk: DiskFigures) => number) =>
    new Gauge({
      name,
      help,
      labelNames: ["holds"] as const,
      registers: [registry],
      collect() {
        this.reset();
        for (const disk of figures) this.set({ holds: disk.holds }, of(disk));
      },
    });
  gauge("switchyard_disk_free_bytes", "Room left on the disk of a folder.", ({ freeBytes }) => freeBytes);
  gauge("switchyard_disk_size_bytes", "Size of the disk of a folder.", ({ totalBytes }) => totalBytes);
  gauge("switchyard_disk_short", "1 while the disk of a folder is nearly full.", ({ short }) => Number(short));
  return { figures: () => figures, look, close: () => clearInterval(timer) };
}

async function readRoom(folder: string): Promise<Room> {
  const { bavail, blocks, bsize } = await statfs(folder);
  return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
}
