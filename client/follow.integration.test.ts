import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LogEvent } from "../domain/kernel/event.ts";
import { type RealServer, startRealServer } from "./real-server.test-kit.ts";
import type { FollowState } from "./types.ts";

let server: RealServer;
beforeAll(async () => {
  server = await startRealServer();
});
afterAll(() => server.close());

/** Appends `count` events in one commit; answers the position of the last. */
async function append(count: number, runId?: string): Promise<number> {
  const about = runId === undefined ? {} : { runId };
  const receipt = await server.client.commit(
    Array.from(
      { length: count },
      (_none, index) => ({ type: "event.append", eventType: "x.test", ...about, payload: { index } }) as const,
    ),
  );
  return receipt.lastSeq;
}

const newRun = async () => {
  const runId = `run-${randomUUID()}`;
  const { firstSeq } = await server.client.commit([{ type: "run.create", runId, workflow: "test" }]);
  return { runId, before: firstSeq - 1 };
};

const seqs = (events: LogEvent[]) => events.map((event) => event.seq);
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_none, index) => from + index);

/** Follows in the background; `got` grows. */
function followLog(options: { topic: string; since?: number }, onEvents?: (events: LogEvent[]) => Promise<void>) {
  const controller = new AbortController();
  const got: LogEvent[] = [];
  const states: FollowState[] = [];
  const done = server.client.follow(
    { ...options, signal: controller.signal, onState: (state) => states.push(state) },
    async (events) => {
      await onEvents?.(events);
      got.push(...events);
    },
  );
  done.catch(() => undefined);
  const stop = async () => {
    controller.abort();
    await done;
  };
  return { got, states, done, stop };
}

describe("follow", () => {
  test("replays from a position, then goes on live, every event once and in order", async () => {
    const since = await append(1);
    await append(300);
    const follower = followLog({ topic: "log", since });
    await expect.poll(() => follower.got.length).toBe(300);
    expect(follower.states).toEqual(["connecting", "catching_up", "live"]);
    const last = await append(200);
    await expect.poll(() => follower.got.length).toBe(500);
    expect(seqs(follower.got)).toEqual(range(since + 1, last));
    await follower.stop();
  });

  test("without a position it begins with what happens from now on", async () => {
    await append(5);
    const follower = followLog({ topic: "log" });
    await expect.poll(() => follower.states).toContain("live");
    const last = await append(1);
    await expect.poll(() => seqs(follower.got)).toEqual([last]);
    await follower.stop();
  });

  test("a follower that loses the server while 1,000 events pass sees each exactly once, in order", async () => {
    const since = await append(1);
    const follower = followLog({ topic: "log", since });
    await append(10);
    await expect.poll(() => follower.got.length).toBe(10);
    await server.stop();
    await expect.poll(() => follower.states.at(-1)).toBe("connecting");
    await server.start();
    for (let batch = 0; batch < 10; batch += 1) await append(100);
    const last = await append(1);
    await expect.poll(() => follower.got.at(-1)?.seq, { timeout: 15_000 }).toBe(last);
    expect(seqs(follower.got)).toEqual(range(since + 1, last));
    await follower.stop();
  });

  test("restarts under load neither lose nor repeat an event", async () => {
    const since = await append(1);
    const follower = followLog({ topic: "log", since });
    let last = since;
    for (let round = 0; round < 3; round += 1) {
      const writing = Promise.all(range(1, 30).map(() => append(5)));
      await server.stop();
      await server.start();
      last = Math.max(last, ...(await writing));
    }
    await expect.poll(() => follower.got.at(-1)?.seq, { timeout: 15_000 }).toBe(last);
    expect(seqs(follower.got)).toEqual(range(since + 1, last));
    expect(last - since).toBe(450);
    await follower.stop();
  }, 40_000);

  test("a reader that is slower than the log gets everything all the same", async () => {
    const since = await append(1);
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    let calls = 0;
    const follower = followLog({ topic: "log", since }, async () => {
      calls += 1;
      if (calls === 1) await held;
    });
    let last = 0;
    for (let batch = 0; batch < 14; batch += 1) last = await append(1000);
    release();
    await expect.poll(() => follower.got.at(-1)?.seq, { timeout: 15_000 }).toBe(last);
    expect(seqs(follower.got)).toEqual(range(since + 1, last));
    // Its mailbox is bounded: it came back for what was dropped.
    expect(follower.states.filter((state) => state === "catching_up").length).toBeGreaterThan(1);
    await follower.stop();
  }, 40_000);

  test("of one run only its own events come", async () => {
    const { runId, before } = await newRun();
    const follower = followLog({ topic: `run:${runId}`, since: before });
    await append(3);
    const own = await append(2, runId);
    await append(3);
    const last = await append(1, runId);
    await expect.poll(() => follower.got.at(-1)?.seq).toBe(last);
    expect(follower.got.map((event) => event.runId)).toEqual([runId, runId, runId, runId]);
    expect(seqs(follower.got)).toEqual([before + 1, own - 1, own, last]);
    await follower.stop();
  });

  test("as a loop over events, which ends when it is left", async () => {
    const { runId, before } = await newRun();
    await append(3, runId);
    const types: string[] = [];
    for await (const event of server.client.events({ topic: `run:${runId}`, since: before })) {
      types.push(event.type);
      if (types.length === 4) break;
    }
    expect(types).toEqual(["run.created", "x.test", "x.test", "x.test"]);
  });

  test("a reader's own error ends it", async () => {
    const since = await append(1);
    await append(1);
    const follower = followLog({ topic: "log", since }, () => Promise.reject(new Error("my disk is full")));
    await expect(follower.done).rejects.toThrow("my disk is full");
  });

  test("a wrong key, an unknown topic and a run that is not there are thrown, not tried for ever", async () => {
    const { createClient } = await import("./client.ts");
    const stranger = createClient({ url: server.url, key: "sy_wrong" });
    await expect(stranger.follow({ topic: "log" }, () => undefined)).rejects.toMatchObject({ status: 401 });
    await expect(followLog({ topic: "nonsense" }).done).rejects.toMatchObject({ code: "unknown_topic" });
    await expect(followLog({ topic: "run:missing" }).done).rejects.toMatchObject({ status: 404, code: "not_found" });
  });

  test("a position that this log has never had is refused, as its log must have been another one", async () => {
    const last = await append(1);
    await expect(followLog({ topic: "log", since: last + 1_000_000 }).done).rejects.toMatchObject({
      code: "log_replaced",
    });
  });

  test("a position that is no longer kept is reported as gone", async () => {
    await append(3);
    await server.dropEventsUpTo(2);
    await expect(followLog({ topic: "log", since: 0 }).done).rejects.toMatchObject({
      status: 410,
      code: "position_gone",
    });
  });
});
