import { afterEach, expect, test, vi } from "vitest";
import type { Beat } from "../../domain/live.ts";
import { MemoryLog, startLive, subscribe, type TestLive } from "./live.test-kit.ts";
import type { Availability } from "./source.ts";

/** A database that goes and comes as the test says. */
class Tide implements Availability {
  away = false;
  readonly #listeners = new Set<(away: boolean) => void>();

  onChange(listener: (away: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  turn(away: boolean): void {
    this.away = away;
    for (const listener of this.#listeners) listener(away);
  }
}

let t: TestLive;
afterEach(() => t.close());

test("E8: sockets stay connected while the database is away, and are told when it goes and when it is back", async () => {
  const [log, tide] = [new MemoryLog(), new Tide()];
  log.commit(["a", "a"]);
  t = await startLive(log, { availability: tide });
  const socket = await t.connect();
  const beats: Beat[] = [];
  const lost: string[] = [];
  socket.on("beat", (beat) => beats.push(beat)).on("disconnect", (reason) => lost.push(reason));
  await subscribe(socket, "log");
  const { id } = socket;
  tide.turn(true);
  await vi.waitFor(() => expect(beats).toEqual([{ head: 2, at: expect.any(String), databaseAway: true }]));
  const late = t.client();
  const told = new Promise<Beat>((resolve) => late.on("beat", resolve));
  expect(await told).toMatchObject({ databaseAway: true });
  tide.turn(false);
  await vi.waitFor(() => expect(beats.at(-1)).toEqual({ head: 2, at: expect.any(String) }));
  expect([socket.id, lost]).toEqual([id, []]);
});
