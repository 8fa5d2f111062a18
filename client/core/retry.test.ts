import { describe, expect, test } from "vitest";
import { errorOfAnswer, SwitchyardError } from "./problem.ts";
import { backoffMs, type RetryPolicy, sleep, type Timing, withRetry } from "./retry.ts";
import { parseRetryAfter } from "./retry-after.ts";

const policy: RetryPolicy = { baseMs: 100, capMs: 1000, totalMs: 10_000 };
const answer = (status: number, headers: HeadersInit = {}) => new Response(null, { status, headers });
const network = () => new SwitchyardError(0, "network", "connection refused");

/** A clock that jumps over every wait and remembers it. */
function fakeTiming(random = 1): Timing & { waits: number[] } {
  let now = 0;
  const waits: number[] = [];
  return {
    waits,
    now: () => now,
    random: () => random,
    sleep: async (ms) => {
      waits.push(ms);
      now += ms;
    },
  };
}

async function failing(error: () => unknown, timing: Timing): Promise<{ tries: number; error: unknown }> {
  let tries = 0;
  const caught = await withRetry(
    () => {
      tries += 1;
      return Promise.reject(error());
    },
    policy,
    timing,
  ).catch((thrown: unknown) => thrown);
  return { tries, error: caught };
}

describe("backoff", () => {
  test("doubles from the base up to the cap", () => {
    expect([1, 2, 3, 4, 5, 6].map((tries) => backoffMs(policy, tries, () => 1))).toEqual([
      100, 200, 400, 800, 1000, 1000,
    ]);
  });

  test("is jittered over the full range, so that many clients do not come back together", () => {
    expect(backoffMs(policy, 3, () => 0)).toBe(0);
    expect(backoffMs(policy, 3, () => 0.5)).toBe(200);
  });

  test("can be random in a part of it only, so that nobody comes back at once", () => {
    const calm = { baseMs: 300, capMs: 10_000, jitter: 0.2 };
    expect([1, 2, 3, 50].map((tries) => backoffMs(calm, tries, () => 0))).toEqual([240, 480, 960, 8_000]);
    expect([1, 2, 3, 50].map((tries) => backoffMs(calm, tries, () => 1))).toEqual([300, 600, 1_200, 10_000]);
  });

  test("comes on top of what the server asks for", () => {
    expect(backoffMs(policy, 1, () => 0.5, 3000)).toBe(3050);
  });
});

describe("retrying", () => {
  test("goes on until it succeeds", async () => {
    const timing = fakeTiming();
    let tries = 0;
    const answer = await withRetry(
      async () => {
        tries += 1;
        if (tries < 4) throw network();
        return "done";
      },
      policy,
      timing,
    );
    expect(answer).toBe("done");
    expect(timing.waits).toEqual([100, 200, 400]);
  });

  test("is bounded by the total time, and throws the last error", async () => {
    const timing = fakeTiming();
    const { error } = await failing(network, timing);
    expect(error).toMatchObject({ code: "network" });
    const waited = timing.waits.reduce((sum, wait) => sum + wait, 0);
    expect(waited).toBeLessThanOrEqual(policy.totalMs);
    expect(waited).toBeGreaterThan(policy.totalMs - policy.capMs);
  });

  test("gives up at once when the server asks for more time than there is", async () => {
    const { tries } = await failing(() => errorOfAnswer(answer(503, { "retry-after": "60" }), "", 0), fakeTiming());
    expect(tries).toBe(1);
  });

  test.each([408, 429, 500, 501, 502, 503, 504, 507, 520, 599])("tries %i again", async (status) => {
    const { tries } = await failing(() => errorOfAnswer(answer(status), "", 0), fakeTiming());
    expect(tries).toBeGreaterThan(1);
  });

  test.each([400, 401, 403, 404, 409, 410, 413, 422])("never tries %i again", async (status) => {
    const { tries } = await failing(() => errorOfAnswer(answer(status), '{"code": "no"}', 0), fakeTiming());
    expect(tries).toBe(1);
  });

  test("a page of somebody else's that says 404 is not the server's word", async () => {
    const page = () => errorOfAnswer(answer(404), "404 page not found", 0);
    expect((await failing(page, fakeTiming())).tries).toBeGreaterThan(1);
  });

  test("throws what is not a call's error as it is", async () => {
    const bug = new TypeError("a bug");
    expect(await failing(() => bug, fakeTiming())).toEqual({ tries: 1, error: bug });
  });

  test("stops waiting when it is aborted", async () => {
    const controller = new AbortController();
    const waiting = sleep(1e6, controller.signal);
    controller.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    await expect(sleep(1e6, controller.signal)).rejects.toThrow("enough");
  });
});

describe("Retry-After", () => {
  test("is seconds or a date", () => {
    const now = Date.parse("2026-11-21T10:00:00Z");
    expect(parseRetryAfter("3", now)).toBe(3000);
    expect(parseRetryAfter("Sat, 21 Nov 2026 10:00:05 GMT", now)).toBe(5000);
    expect(parseRetryAfter("Sat, 21 Nov 2026 09:00:00 GMT", now)).toBe(0);
    expect(parseRetryAfter("Saturday, 21-Nov-26 10:00:05 GMT", now)).toBe(5000);
    for (const neither of ["soon", "", "12.5", "-1", null]) expect(parseRetryAfter(neither, now)).toBeUndefined();
  });

  test("is no longer than a timer can hold", () => {
    expect(parseRetryAfter("99999999999", 0)).toBe(86_400_000);
  });

  test.each([-3_600_000, 0, 3_600_000])(
    "a date is one of the server's clock, though ours differs by %i ms",
    (differs) => {
      const headers = new Headers({
        date: "Sat, 21 Nov 2026 10:00:00 GMT",
        "retry-after": "Sat, 21 Nov 2026 10:00:07 GMT",
      });
      const now = Date.parse("2026-11-21T10:00:00Z") + differs;
      expect(errorOfAnswer(answer(503, headers), "", now).retryAfterMs).toBe(7_000);
      headers.delete("date");
      expect(errorOfAnswer(answer(503, headers), "", now).retryAfterMs).toBe(Math.max(0, 7_000 - differs));
    },
  );
});
