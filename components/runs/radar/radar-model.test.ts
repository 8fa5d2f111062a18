import { describe, expect, it } from "vitest";
import { aJob, at, aWorkstream } from "../timeline/engine/engine.test-kit.ts";
import { buildModel } from "../timeline/engine/model.ts";
import { buildRadar, neighbour, type RadarModel } from "./radar-model.ts";

const job = (id: string, workstreamId: string | null, step: string | null, dependsOn: string[] = []) =>
  aJob(id, { workstreamId, step, dependsOn });

function radarOf(workstreams: string[], jobs: ReturnType<typeof aJob>[]): RadarModel {
  const rows = workstreams.map((id, index) => aWorkstream(id, { createdAt: at(index) }));
  return buildRadar(buildModel({ workstreams: rows, jobs, attempts: [], trials: new Set() }));
}

/** `a: j1@0 j2@1`; a second line after a slash. */
const inShort = ({ rows }: RadarModel): string[] =>
  rows.map(({ id, cells }) => {
    const lines = new Map<number, string[]>();
    for (const {
      job: { id: jobId },
      slot,
      line,
    } of cells)
      lines.set(line, [...(lines.get(line) ?? []), `${jobId}@${slot}`]);
    return `${id}: ${[...lines.values()].map((line) => line.join(" ")).join(" / ")}`;
  });

describe("the grid of a run", () => {
  it("has a row per workstream, a column per step in the order of the dependencies, a cell per job", () => {
    const radar = radarOf(
      ["a", "b"],
      [
        job("a3", "a", "ship", ["a2"]),
        job("a1", "a", "build"),
        job("a2", "a", "test", ["a1"]),
        job("b1", "b", "build"),
        job("b3", "b", "ship", ["b1"]),
      ],
    );
    expect(radar.columns.map(({ label, from, slots }) => `${label} ${from}+${slots}`)).toEqual([
      "build 0+1",
      "test 1+1",
      "ship 2+1",
    ]);
    expect(inShort(radar)).toEqual(["a: a1@0 a2@1 a3@2", "b: b1@0 b3@2"]);
    expect([radar.cells, radar.slots]).toEqual([5, 3]);
  });

  it("makes a column as wide as the most jobs of one step in a row, and wraps after ten", () => {
    const many = Array.from({ length: 12 }, (_, n) => job(`s${n + 10}`, "a", "shard"));
    const radar = radarOf(["a", "b"], [...many, job("b1", "b", "shard"), job("b2", "b", "join", ["b1"])]);
    expect(radar.columns.map(({ slots }) => slots)).toEqual([10, 1]);
    expect(radar.rows.map(({ lines }) => lines)).toEqual([2, 1]);
    expect(inShort(radar)[0]).toMatch(/s19@9 \/ s20@0 s21@1$/);
    expect(inShort(radar)[1]).toBe("b: b1@0 b2@10");
  });

  it("has stages for columns where workstreams share no steps, instead of a staircase", () => {
    const names = Array.from({ length: 9 }, (_, n) => `w${n}`);
    const jobs = names.flatMap((name) => [
      job(`${name}.1`, name, `${name} x`),
      job(`${name}.2`, name, `${name} y`, [`${name}.1`]),
    ]);
    const radar = radarOf(names, jobs);
    expect(radar.columns.map(({ label }) => label)).toEqual(["Stage 1", "Stage 2"]);
    expect(inShort(radar)[3]).toBe("w3: w3.1@0 w3.2@1");
  });

  it("keeps workstreams without jobs, and jobs without a workstream", () => {
    const radar = radarOf(["empty"], [job("alone", null, null)]);
    expect(radar.rows.map(({ workstream, cells, lines }) => [workstream?.id, cells.length, lines])).toEqual([
      ["empty", 0, 1],
      [undefined, 1, 1],
    ]);
    expect(radarOf([], [])).toEqual({ columns: [], rows: [], slots: 0, cells: 0 });
  });
});

describe("the keyboard on the grid", () => {
  const radar = radarOf(
    ["a", "b", "c"],
    [
      job("a1", "a", "build"),
      job("a2", "a", "test", ["a1"]),
      job("a3", "a", "ship", ["a2"]),
      job("c1", "c", "build"),
      job("c3", "c", "ship", ["c1"]),
    ],
  );
  const go = (from: string | null, key: string) => neighbour(radar, from, key)?.job.id ?? null;

  it("goes along a row and stops at its ends", () => {
    expect([go("a1", "ArrowRight"), go("a3", "ArrowRight"), go("a2", "ArrowLeft"), go("a1", "ArrowLeft")]).toEqual([
      "a2",
      null,
      "a1",
      null,
    ]);
    expect([go("a2", "Home"), go("a2", "End")]).toEqual(["a1", "a3"]);
  });

  it("goes to the nearest cell of the next row that has any, and starts at the first", () => {
    expect([go("a1", "ArrowDown"), go("a3", "ArrowDown"), go("c3", "ArrowUp"), go("c1", "ArrowDown")]).toEqual([
      "c1",
      "c3",
      "a3",
      null,
    ]);
    expect([go(null, "ArrowDown"), go("unknown", "ArrowRight")]).toEqual(["a1", "a1"]);
  });
});
