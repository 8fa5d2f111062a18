import { afterEach, expect, test } from "vitest";
import type { Beat } from "../../domain/kernel/live.ts";
import { eventually } from "../testing/eventually.ts";
import { MemoryLog, startLive, subscribe, type TestLive } from "./live.test-kit.ts";
import type { Availability } from "./source.ts";

/** A database whose availability the test sets. */
class Tide implements Availability {
  reason: Availability["reason"] = null;
  readonly #listeners = new Set<() => void>();

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  turn(reason: Availability["reason"]): void {
    this.reason = reason;
    for (const listener of this.#listeners) listener();
  }
}

let t: TestLive;
afterEach(() => t.close());

test("sockets stay connected while the database is away, and are notified when it goes and when it is back", async () => {
  const [log, tide] = [new MemoryLog(), new Tide()];
  log.commit(["a", "a"]);
  t = await startLive(log, { availability: tide });
  const socket = await t.connect();
  const beats: Beat[] = [];
  const lost: string[] = [];
  socket.on("beat", (beat) => beats.push(beat)).on("disconnect", (reason) => lost.push(reason));
  await subscribe(socket, "log");
  const { id } = socket;
  tide.turn("read_only");
  const away = { databaseAway: true, databaseReason: "read_only" };
  await eventually(() => expect(beats).toEqual([{ head: 2, at: expect.any(String), ...away }]));
  const late = t.client();
  const beat = new Promise<Beat>((resolve) => late.on("beat", resolve));
  expect(await beat).toMatchObject(away);
  tide.turn(null);
  await eventually(() => expect(beats.at(-1)).toEqual({ head: 2, at: expect.any(String) }));
  expect([socket.id, lost]).toEqual([id, []]);
});
