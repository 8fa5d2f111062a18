import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Receipt } from "../domain/kernel/receipt.ts";
import { SwitchyardError } from "./core/problem.ts";
import { keepLease, type LeaseOptions } from "./lease.ts";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance", "Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});

const LEASE_MS = 9_000;
const MARGIN = 900;
const network = () => new SwitchyardError(0, "network", "unreachable");

/**
 * The server's part: beats that are answered with what is left of the lease, as it really does it,
 * or not at all.
 */
function serverWith(leaseMs = LEASE_MS) {
  const state = {
    up: true,
    lost: false,
    delayMs: 0,
    beats: [] as (number | unknown)[],
    expiresAt: Date.now() + leaseMs,
  };
  const heartbeat: LeaseOptions["client"]["heartbeat"] = async ({ progress }) => {
    state.beats.push(progress ?? performance.now());
    if (!state.up) throw network();
    if (state.lost) throw new SwitchyardError(422, "lease_lost", "the job is cancelled");
    const at = Date.now();
    if (progress !== undefined || state.expiresAt - at < leaseMs / 2) state.expiresAt = at + leaseMs;
    const result = { id: "j", version: 1, leaseExpiresAt: new Date(state.expiresAt).toISOString() };
    if (state.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, state.delayMs));
    return { committedAt: new Date(at).toISOString(), results: [result] } as unknown as Receipt;
  };
  return { state, client: { heartbeat } };
}

function keep(more: Partial<LeaseOptions> & Pick<LeaseOptions, "client">) {
  const lost: string[] = [];
  const kept: number[] = [];
  const begun = performance.now();
  const lease = keepLease({
    jobId: "j",
    leaseToken: "t",
    leaseMs: LEASE_MS,
    askedAt: begun,
    onLost: (error) => lost.push(error.message),
    onKept: (until) => kept.push(until - begun),
    ...more,
  });
  return { lease, lost, kept, begun };
}

describe("keeping a lease", () => {
  test("it beats at every third and when half is left, and knows how long the server has extended it", async () => {
    const { state, client } = serverWith();
    const { lease, lost, kept, begun } = keep({ client });
    expect(lease.until - begun).toBe(LEASE_MS - MARGIN);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(state.beats.map((at) => (at as number) - begun)).toEqual([3_000, 4_520, 7_520, 9_040]);
    // Those at 3 s and 7.5 s found more than half left and extended nothing.
    expect(kept).toEqual([4_520, 9_040].map((at) => at + LEASE_MS - MARGIN));
    expect(lost).toEqual([]);
    expect(lease.isHeld).toBe(true);
    await lease.release();
  });

  test("without a server it is lost before it has run out there, once, and beats no more", async () => {
    const { state, client } = serverWith();
    const { lease, lost } = keep({ client });
    await vi.advanceTimersByTimeAsync(6_500);
    state.up = false;
    const { expiresAt } = state;
    while (lost.length === 0) await vi.advanceTimersByTimeAsync(100);
    expect(Date.now()).toBeLessThan(expiresAt);
    expect(lost).toEqual(["its lease of 9000 ms has run out while the server could not be reached"]);
    const beats = state.beats.length;
    await vi.advanceTimersByTimeAsync(60_000);
    expect([lost.length, state.beats.length, lease.isHeld]).toEqual([1, beats, false]);
  });

  test("an answer that takes long counts from when it was asked for", async () => {
    const { state, client } = serverWith();
    const { kept, lease } = keep({ client });
    await vi.advanceTimersByTimeAsync(4_000);
    state.delayMs = 2_000;
    await vi.advanceTimersByTimeAsync(3_000);
    expect(kept).toEqual([4_520 + LEASE_MS - MARGIN]);
    await lease.release();
  });

  test("a server that comes back in time is enough", async () => {
    const { state, client } = serverWith();
    const { lost, lease } = keep({ client });
    state.up = false;
    await vi.advanceTimersByTimeAsync(7_000);
    state.up = true;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(lost).toEqual([]);
    await lease.release();
  });

  test("a server that does not say how long is trusted for half of the lease", async () => {
    const heartbeat = async () => ({ committedAt: new Date().toISOString(), results: [{}] }) as unknown as Receipt;
    const { kept, lease } = keep({ client: { heartbeat } });
    await vi.advanceTimersByTimeAsync(6_500);
    expect(kept[0]).toBe(4_520 + LEASE_MS / 2 - MARGIN);
    await lease.release();
  });

  test("a refused beat loses it, and a check asks at once", async () => {
    const { state, client } = serverWith();
    const { lost, lease } = keep({ client });
    state.lost = true;
    await lease.check();
    expect(lost).toEqual(["the job is cancelled"]);
    await lease.check();
    expect(state.beats).toHaveLength(1);
  });

  test("one that was asked for too long ago is not held until the server has said so", async () => {
    const { state, client } = serverWith();
    const trouble = vi.fn();
    const { lost, lease } = keep({ client, askedAt: performance.now() - 60_000, onTrouble: trouble });
    state.up = false;
    await lease.check();
    await vi.advanceTimersByTimeAsync(10_000);
    expect([lost, lease.isHeld, trouble.mock.calls.length > 0]).toEqual([[], false, true]);
    state.up = true;
    await lease.check();
    expect(lease.isHeld).toBe(true);
    await lease.release();
  });

  test("progress is sent within a second, the latest only, and again after a failure", async () => {
    const { state, client } = serverWith();
    const { lease } = keep({ client });
    lease.progress(1);
    lease.progress(2);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(state.beats).toEqual([2]);
    state.up = false;
    lease.progress(3);
    await vi.advanceTimersByTimeAsync(1_000);
    state.up = true;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(state.beats).toEqual([2, 3, 3]);
    await lease.release();
  });

  test("released, it beats no more and is lost no more", async () => {
    const { state, client } = serverWith();
    const { lease, lost } = keep({ client });
    await lease.release();
    await vi.advanceTimersByTimeAsync(60_000);
    expect([state.beats, lost]).toEqual([[], []]);
  });
});
