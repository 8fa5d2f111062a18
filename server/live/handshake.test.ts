import { afterEach, beforeEach, expect, test } from "vitest";
import { eventually } from "../testing/eventually.ts";
import {
  collect,
  MemoryLog,
  positions,
  runRow,
  startLive,
  subscribe,
  type TestLive,
  type TestSocket,
  testAuthenticator,
  turn,
} from "./live.test-kit.ts";

let log: MemoryLog;
let t: TestLive;
const revoked = new Set<string>();

beforeEach(async () => {
  revoked.clear();
  log = new MemoryLog();
  t = await startLive(log, { authenticate: testAuthenticator(revoked), checkMs: 20, beatMs: 20 });
});
afterEach(() => t.close());

const refusalOf = (socket: TestSocket) =>
  new Promise<unknown>((resolve, reject) => {
    socket.once("connect", () => reject(new Error("was let in")));
    socket.once("connect_error", (error) => resolve("data" in error ? error.data : error.message));
  });
const goneOf = (socket: TestSocket) => new Promise<string>((resolve) => socket.once("disconnect", resolve));

test("a handshake without a key, with a wrong one, and with one that is no string are refused", async () => {
  const unauthenticated = { code: "unauthenticated", status: 401 };
  expect(await refusalOf(t.client({ auth: {} }))).toEqual(unauthenticated);
  expect(await refusalOf(t.client({ auth: { key: "wrong" } }))).toEqual(unauthenticated);
  expect(await refusalOf(t.client({ auth: { key: { a: 1 } } }))).toEqual(unauthenticated);
  expect(t.live.stats().sockets).toBe(0);
});

test("a session cookie does not make up for a wrong key", async () => {
  expect(await refusalOf(t.client({ auth: { key: "wrong" }, extraHeaders: { cookie: "session=one" } }))).toMatchObject({
    status: 401,
  });
});

test("a session cookie opens a socket from the same origin and not from another one", async () => {
  const origin = `http://127.0.0.1:${t.port}`;
  const ours = await t.connect({ auth: {}, extraHeaders: { cookie: "session=one", origin } });
  expect(ours.connected).toBe(true);
  const theirs = t.client({ auth: {}, extraHeaders: { cookie: "session=one", origin: "https://evil.example" } });
  expect(await refusalOf(theirs)).toEqual({ code: "cross_origin", status: 403 });
});

test("the default namespace refuses everybody", async () => {
  const { io } = await import("socket.io-client");
  const socket = io(`http://127.0.0.1:${t.port}`, { transports: ["websocket"], auth: { key: "one" }, forceNew: true });
  const error = await new Promise<Error>((resolve) => socket.once("connect_error", resolve));
  socket.disconnect();
  expect(error.message).toContain("/live");
});

test("when credentials cannot be checked, the refusal says to try again", async () => {
  await t.close();
  t = await startLive(log, {
    authenticate: async () => {
      throw new Error("the database is away");
    },
  });
  expect(await refusalOf(t.client())).toEqual({ code: "unavailable" });
});

test("a tenant's run is not found by another tenant", async () => {
  log.commit(["r1"], [runRow("r1", 1)]);
  const own = await t.connect();
  const other = await t.connect({ auth: { key: "two" } });
  expect(await subscribe(own, "run:r1")).toEqual({ head: 1, floor: 0, logId: "log-1" });
  expect(await subscribe(other, "run:r1", 0)).toMatchObject({ error: { code: "not_found" } });
  expect(await subscribe(own, "run:r2")).toMatchObject({ error: { code: "not_found" } });
  expect(t.live.stats().subscriptions).toBe(1);
});

test("another tenant's commits are not sent", async () => {
  const other = await t.connect({ auth: { key: "two" } });
  const got: unknown[] = [];
  other.onAny((name, ...args) => name !== "beat" && got.push(args));
  await subscribe(other, "log");
  log.commit(["r1"], [runRow("r1", 1)]);
  await subscribe(other, "log");
  expect(got).toEqual([]);
});

test("a revoked key ends its open sockets, and only its", async () => {
  const one = await t.connect();
  const two = await t.connect({ auth: { key: "two" } });
  const gone = goneOf(one);
  revoked.add("one");
  expect(await gone).toBe("io server disconnect");
  expect(two.connected).toBe(true);
});

test("after signing out, only that person's sockets end at the next check", async () => {
  await t.close();
  t = await startLive(log, { authenticate: testAuthenticator(revoked), checkMs: 3_600_000 });
  const [one, two] = [await t.connect(), await t.connect({ auth: { key: "two" } })];
  const gone = goneOf(one);
  revoked.add("one");
  await t.live.check();
  expect(await gone).toBe("io server disconnect");
  expect(two.connected).toBe(true);
});

test("every open socket gets heartbeats with the head", async () => {
  log.commit([undefined, undefined]);
  const socket = await t.connect();
  const beat = () => new Promise<{ head: number; at: string }>((resolve) => socket.once("beat", resolve));
  expect((await beat()).head).toBe(2);
  log.commit([undefined]);
  await eventually(async () => expect((await beat()).head).toBe(3));
});

test("closing ends every socket in a way that makes clients reconnect, and refuses new ones", async () => {
  const socket = await t.connect({ reconnection: false });
  const idle = t.client({ auth: {} });
  await refusalOf(idle);
  const gone = goneOf(socket);
  await t.live.close();
  expect(await gone).toBe("transport close");
  const late = t.client({ reconnection: false });
  await new Promise((resolve) => late.once("connect_error", resolve));
  expect(t.live.stats().sockets).toBe(0);
});

test("clients without WebSockets are served by polling, under the same rules", async () => {
  const polling = { transports: ["polling"] };
  const socket = await t.connect(polling);
  const { log: frames } = collect(socket);
  await subscribe(socket, "log");
  log.commit(["r1", undefined], [runRow("r1", 1)]);
  await eventually(() => expect(positions(frames, "log", 0)).toEqual([1, 2]));
  expect(await refusalOf(t.client({ ...polling, auth: {} }))).toMatchObject({ status: 401 });
  const headers = { cookie: "session=one", origin: "https://elsewhere.example" };
  const stranger = t.client({ ...polling, auth: {}, extraHeaders: headers });
  expect(await refusalOf(stranger)).toMatchObject({ code: "cross_origin" });
  const gone = goneOf(socket);
  revoked.add("one");
  await t.live.check();
  expect(await gone).toBe("io server disconnect");
});

test("a connection that begins by polling becomes a WebSocket, and goes on without a gap", async () => {
  const socket = await t.connect({ transports: ["polling", "websocket"] });
  const { log: frames } = collect(socket);
  await subscribe(socket, "log");
  while (socket.io.engine.transport.name !== "websocket") {
    log.commit([undefined]);
    await turn();
  }
  log.commit([undefined]);
  const all = log.events.map(({ seq }) => seq);
  await eventually(() => expect(positions(frames, "log", 0)).toEqual(all));
});
