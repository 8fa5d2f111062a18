import { type AddressInfo, createServer, connect as dial, type Socket as NetSocket } from "node:net";
import { afterEach, expect, test } from "vitest";
import { eventually } from "../testing/eventually.ts";
import {
  collect,
  MemoryLog,
  positions,
  range,
  runRow,
  startLive,
  subscribe,
  type TestLive,
  turn,
} from "./live.test-kit.ts";

const LARGE = { text: "x".repeat(200_000) };
const COMMITS = 200;

let close: (() => Promise<void>) | undefined;
afterEach(() => close?.());

/** A connection between client and server that can be blocked, so that the client reads nothing. */
async function openLine(port: number) {
  const ends: NetSocket[] = [];
  let far: NetSocket | undefined;
  const server = createServer((near) => {
    far = dial(port, "127.0.0.1");
    ends.push(near, far);
    for (const end of [near, far]) end.on("error", () => end.destroy());
    near.pipe(far);
    far.on("data", (chunk) => near.write(chunk));
    far.on("close", () => near.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    block: () => far?.pause(),
    unblock: () => far?.resume(),
    close: () => {
      for (const end of ends) end.destroy();
      server.close();
    },
  };
}

/** A fast client, and one whose connection will be blocked. */
async function start(patienceMs: number) {
  const log = new MemoryLog();
  const t = await startLive(log, { patienceMs });
  const line = await openLine(t.port);
  close = async () => {
    line.close();
    await t.close();
  };
  const fast = await t.connect();
  const slow = await t.connect({ reconnection: false }, line.port);
  return { log, t, line, fast, slow, gotFast: collect(fast), gotSlow: collect(slow) };
}

const framesSent = async (t: TestLive, kind: string): Promise<number> => {
  const metric = await t.registry.getSingleMetric("switchyard_live_frames_sent_total")?.get();
  return metric?.values.find(({ labels }) => labels.kind === kind)?.value ?? 0;
};

test("a slow follower falls back to reading pages: fast ones are not delayed, little is buffered for it, it misses nothing", async () => {
  const { log, t, line, fast, slow, gotFast, gotSlow } = await start(60_000);
  await Promise.all([subscribe(fast, "log", 0), subscribe(slow, "log", 0)]);
  line.block();
  for (const _ of range(1, COMMITS)) {
    log.commit(["a"], [], { payload: LARGE });
    await turn();
  }
  await eventually(() => expect(positions(gotFast.log, "log", 0)).toEqual(range(1, COMMITS)));
  const forSlow = (await framesSent(t, "log")) - COMMITS;
  expect(gotSlow.log.length).toBeLessThan(COMMITS);
  expect(forSlow).toBeLessThan(COMMITS);
  line.unblock();
  await eventually(() => expect(positions(gotSlow.log, "log", 0)).toEqual(range(1, COMMITS)));
  expect([gotFast.reset, gotSlow.reset]).toEqual([[], []]);
  log.commit(["a"]);
  await eventually(() => expect(gotSlow.log.at(-1)).toMatchObject({ from: COMMITS + 1, to: COMMITS + 1 }));
});

test("a follower that reads nothing for too long is reset and can subscribe again from its position", async () => {
  const { log, t, line, fast, slow, gotFast, gotSlow } = await start(500);
  await Promise.all([subscribe(fast, "log", 0), subscribe(slow, "log", 0)]);
  line.block();
  for (const _ of range(1, COMMITS)) {
    log.commit(["a"], [], { payload: LARGE });
    await turn();
  }
  await eventually(() => expect(t.live.stats().subscriptions).toBe(1));
  await eventually(() => expect(gotFast.log.at(-1)?.to).toBe(COMMITS));
  line.unblock();
  await eventually(() => expect(gotSlow.reset).toMatchObject([{ topic: "log", reason: "too_slow" }]));
  expect(gotFast.reset).toEqual([]);
  const last = gotSlow.log.at(-1)?.to;
  await subscribe(slow, "log", last);
  await eventually(() => expect(positions(gotSlow.log, "log", 0)).toEqual(range(1, COMMITS)));
});

test("a slow viewer of latest rows is reset and gets a snapshot when it asks again; fast ones get every frame", async () => {
  const { log, t, line, fast, slow, gotFast, gotSlow } = await start(60_000);
  await Promise.all([subscribe(fast, "runs"), subscribe(slow, "runs")]);
  line.block();
  const workflow = "x".repeat(2_000_000);
  const change = () => log.commit(["a"], [runRow("a", log.events.length + 1, { workflow })]);
  const filling = { interval: 50, timeout: 15_000 };
  await eventually(() => {
    change();
    expect(t.live.stats().subscriptions).toBe(1);
  }, filling);
  const seq = log.events.length;
  await eventually(() => expect(gotFast.state.at(-1)).toMatchObject({ upserts: [{ id: "a", seq }] }));
  expect(gotFast.reset).toEqual([]);
  line.unblock();
  await eventually(() => expect(gotSlow.reset).toMatchObject([{ topic: "runs", reason: "too_slow" }]), filling);
  expect(await subscribe(slow, "runs")).toMatchObject({ head: seq });
  await eventually(() =>
    expect(gotSlow.state.at(-1)).toMatchObject({ snapshot: true, seq, upserts: [{ id: "a", seq }] }),
  );
});

test("a client that does not read cannot make the server keep snapshots for it", async () => {
  const { log, t, line, slow } = await start(60_000);
  log.commit(["a"], [runRow("a", 1, { workflow: "x".repeat(4_000_000) })]);
  await subscribe(slow, "runs");
  line.block();
  for (const _ of range(1, 100)) {
    slow.emit("subscribe", { topic: "runs" }, () => {});
    for (const _ of range(1, 20)) await turn();
  }
  slow.emit("unsubscribe", { topic: "runs" });
  await eventually(() => expect(t.live.stats().subscriptions).toBe(0));
  expect(await framesSent(t, "snapshot")).toBeLessThan(10);
});
