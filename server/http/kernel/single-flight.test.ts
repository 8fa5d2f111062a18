import { expect, test } from "vitest";
import { SingleFlight } from "./single-flight.ts";

test("equal questions at the same time share one answer; a later one gets a new one", async () => {
  const flights = new SingleFlight();
  let asked = 0;
  const work = async () => ++asked;
  const { signal } = new AbortController();
  expect(await Promise.all([1, 2, 3].map(() => flights.ask("q", signal, work)))).toEqual([1, 1, 1]);
  expect(await flights.ask("other", signal, work)).toBe(2);
  expect(await flights.ask("q", signal, work)).toBe(3);
});

test("it goes on while anybody waits, and is given up with the last who does", async () => {
  const flights = new SingleFlight();
  const [one, two] = [new AbortController(), new AbortController()];
  let seen: AbortSignal | undefined;
  const work = (signal: AbortSignal) => {
    seen = signal;
    return new Promise<string>(() => {});
  };
  const asked = [one, two].map(({ signal }) => flights.ask("q", signal, work).catch((error: Error) => error.message));
  one.abort();
  expect(await asked[0]).toBe("the caller has gone");
  expect(seen?.aborted).toBe(false);
  two.abort();
  await asked[1];
  expect(seen?.aborted).toBe(true);
  expect(await flights.ask("q", new AbortController().signal, async () => "anew")).toBe("anew");
});

test("a failure is everybody's who waited for it", async () => {
  const flights = new SingleFlight();
  const { signal } = new AbortController();
  const fails = () => Promise.reject(new Error("no"));
  const asked = [1, 2].map(() => flights.ask("q", signal, fails).catch((error: Error) => error.message));
  expect(await Promise.all(asked)).toEqual(["no", "no"]);
});
