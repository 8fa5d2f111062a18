import { afterEach, beforeEach, expect, test } from "vitest";
import { collect, MemoryLog, runRow, startLive, subscribe, type TestLive } from "./live.test-kit.ts";

let log: MemoryLog;
let t: TestLive;
beforeEach(async () => {
  log = new MemoryLog();
  t = await startLive(log);
});
afterEach(() => t.close());

test("when the log is replaced, sockets are cut, reconnect by themselves, and get another log id", async () => {
  log.commit(["r1", "r1", "r1"], [runRow("r1", 3)]);
  const socket = await t.connect();
  const first = await subscribe(socket, "log", 3);
  expect(first).toMatchObject({ head: 3, logId: "log-1" });
  const reason = new Promise<string>((resolve) => socket.once("disconnect", resolve));
  const back = new Promise<void>((resolve) => socket.once("connect", resolve));

  log.replace("log-2", log.events.slice(0, 1));
  // Makes the client reconnect; after "io server disconnect" it would not.
  expect(await reason).toBe("transport close");
  await back;
  expect(await subscribe(socket, "log", 1)).toMatchObject({ head: 1, logId: "log-2" });

  // The feed is at the new log's end, which is before the old one's.
  const seen = collect(socket);
  log.commit(["r1"]);
  await expect.poll(() => seen.log.map(({ from, to }) => [from, to])).toEqual([[2, 2]]);
});
