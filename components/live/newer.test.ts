import { describe, expect, test } from "vitest";
import { type Sent, toListed } from "../../domain/kernel/wire.ts";
import { aRun } from "../runs/runs.test-kit.ts";
import { type Live, newer, wholeOf, withLarge } from "./newer.ts";
import { createQueryClient } from "./query-client.ts";
import { applyRows, applyState, rowKey, showPending } from "./row-cache.ts";

type Run = Live<"run">;

const whole = (seq: number, at = seq): Sent<"run"> => aRun("r", 0, { seq, stepCount: seq, context: { at } });
const light = (seq: number): Run => toListed<"run">(whole(seq));
const shape = (row: Live | undefined) => {
  const { seq, stepCount, context, pending } = row as Run;
  return [seq, stepCount, context?.at, ...(pending ? ["pending"] : [])];
};

describe("of two versions of a run", () => {
  test.each<[string, Run, Run, unknown[]]>([
    ["a newer whole one is taken", whole(1), whole(2), [2, 2, 2]],
    ["an older whole one is not", whole(2), whole(1), [2, 2, 2]],
    ["a newer light one keeps what is large", whole(1), light(2), [2, 2, 1]],
    ["an older light one changes nothing", whole(2), light(1), [2, 2, 2]],
    ["a whole one fills a light one of the same position", light(2), whole(2), [2, 2, 2]],
    ["an older whole one fills a newer light one, and makes nothing older", light(3), whole(2), [3, 3, 2]],
    ["a light one stays light without anything else", light(1), light(2), [2, 2, undefined]],
  ])("%s", (_, known, next, result) => {
    expect(shape(newer(known, next))).toEqual(result);
  });

  test("large columns are replaced by newer ones, in any order of the light columns", () => {
    let row: Live = whole(1);
    row = newer(row, light(5));
    expect(shape(row)).toEqual([5, 5, 1]);
    row = newer(row, whole(3));
    expect(shape(row)).toEqual([5, 5, 3]);
    row = newer(row, whole(2));
    expect(shape(row)).toEqual([5, 5, 3]);
    row = newer(row, whole(5));
    expect(shape(row)).toEqual([5, 5, 5]);
    expect(newer(row, whole(5))).toBe(row);
    expect(newer(row, light(5))).toBe(row);
  });

  test("in any order, the newest of each part is kept", () => {
    const sights: Run[] = [whole(1), light(2), whole(3), light(4)];
    const orders = sights.flatMap((a, i) => [
      [...sights.slice(i), ...sights.slice(0, i)],
      [a, ...sights.toReversed()],
    ]);
    for (const order of orders) expect(shape(order.reduce<Live | undefined>(newer, undefined))).toEqual([4, 4, 3]);
  });
});

test("a row is whole as soon as one version of it is", () => {
  expect(shape(wholeOf(light(5), aRun("r", 0, { seq: 2, context: { at: 2 } })))).toEqual([5, 5, 2]);
  expect(withLarge(whole(5), whole(2))).toMatchObject({ context: { at: 5 } });
});

describe("the cache", () => {
  const cached = (client: ReturnType<typeof createQueryClient>) => client.getQueryData<Run>(rowKey("run", "r"));

  test("a frame of the list does not remove large columns from a run's page", () => {
    const client = createQueryClient();
    applyRows(client, [whole(1)]);
    applyState(client, { topic: "runs", seq: 2, upserts: [light(2)], removes: [] });
    expect(shape(cached(client))).toEqual([2, 2, 1]);
    applyState(client, { topic: "run:r", seq: 2, upserts: [whole(2)], removes: [] });
    expect(shape(cached(client))).toEqual([2, 2, 2]);
  });

  test("a click on a row of the list shows at once, keeps large columns, and is undone when it fails", () => {
    const client = createQueryClient();
    applyRows(client, [whole(1)]);
    applyRows(client, [light(2)]);
    const before = cached(client);
    const takeBack = showPending(client, [{ ...light(2), status: "cancelled" } as Run]);
    expect(shape(cached(client))).toEqual([2, 2, 1, "pending"]);
    takeBack();
    expect(cached(client)).toEqual(before);
  });
});
