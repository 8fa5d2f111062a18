import { expect, test } from "vitest";
import { retryAfter } from "./retry.ts";
import { signatureOf } from "./signature.ts";

test("the signature is that of Standard Webhooks' own test vector", () => {
  const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
  expect(signatureOf("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330_000, '{"test": 2432232314}', [secret])).toEqual({
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  });
});

test("there are eight tries, with growing delays, never sooner than the receiver asks", () => {
  const waits = [1, 2, 3, 4, 5, 6, 7].map((attempt) => retryAfter(attempt, 0));
  for (const [n, wait] of waits.entries()) expect(wait ?? 0).toBeGreaterThan(n === 0 ? 4999 : (waits[n - 1] ?? 0));
  expect(retryAfter(8, 0)).toBeNull();
  expect(retryAfter(1, 90_000)).toBe(90_000);
  expect([retryAfter(1, 0, [1000], () => 0), retryAfter(1, 0, [1000], () => 1)]).toEqual([1000, 1200]);
});
