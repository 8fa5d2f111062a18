import { expect, test } from "vitest";
import { type Connection, freshnessOf, PATIENCE_MS, RELOAD_MS, SILENCE_MS } from "./freshness.ts";

const T = 1_800_000_000_000;
const good: Connection = {
  connected: true,
  lastHeard: T,
  startedAt: T,
  behind: false,
  awaySince: null,
  awayFor: "unreachable",
  carrier: "socket",
  reloadedAt: null,
  head: 12,
};

test("a connection with a message within two beats and nothing to catch up is live", () => {
  expect(freshnessOf(good, T + SILENCE_MS)).toEqual({
    state: "live",
    since: null,
    databaseAway: null,
    carrier: "socket",
    head: 12,
  });
});

test("a connected but silent socket is stale since its last message", () => {
  expect(freshnessOf(good, T + SILENCE_MS + 1)).toEqual({
    state: "stale",
    since: new Date(T),
    databaseAway: null,
    carrier: "socket",
    head: 12,
  });
});

test("a connection with a topic behind is catching up", () => {
  expect(freshnessOf({ ...good, behind: true }, T).state).toBe("catching_up");
});

test("a lost connection is stale at once, since its last message", () => {
  expect(freshnessOf({ ...good, connected: false }, T + 10)).toEqual({
    state: "stale",
    since: new Date(T),
    databaseAway: null,
    carrier: "socket",
    head: 12,
  });
});

test("the first connection has a moment before the page says stale", () => {
  const first: Connection = { ...good, connected: false, lastHeard: null };
  expect(freshnessOf(first, T + PATIENCE_MS - 1).state).toBe("catching_up");
  expect(freshnessOf(first, T + PATIENCE_MS)).toMatchObject({ state: "stale", since: new Date(T) });
});

test("a server whose database is away is stale since it said so, with the reason", () => {
  const away: Connection = { ...good, awaySince: T - 500, awayFor: "read_only" };
  expect(freshnessOf(away, T)).toEqual({
    state: "stale",
    since: new Date(T - 500),
    databaseAway: "read_only",
    carrier: "socket",
    head: 12,
  });
  expect(freshnessOf({ ...away, connected: false }, T)).toMatchObject({ state: "stale", databaseAway: null });
});

test("a page that is updated by HTTP says so, and is stale once that has failed three times", () => {
  const blocked = { ...good, connected: false, reloadedAt: T };
  expect(freshnessOf(blocked, T + 3 * RELOAD_MS)).toMatchObject({ state: "reloading", since: null });
  expect(freshnessOf(blocked, T + 3 * RELOAD_MS + 1)).toMatchObject({ state: "stale", since: new Date(T) });
  expect(freshnessOf({ ...blocked, connected: true }, T).state).toBe("live");
});
