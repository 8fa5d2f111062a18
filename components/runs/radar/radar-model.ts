import type { Wire } from "../../../domain/kernel/wire.ts";
import { depths, jobLabel, type TimelineModel } from "../timeline/engine/model.ts";

/**
 * Every workstream × its jobs as a grid of cells, one per job.
 *
 * Columns are the steps, in the order of the dependencies between their jobs. Where the workstreams
 * share few steps, columns would form a staircase: then columns are stages, of jobs at the same
 * depth of dependencies. A column is as wide as the most jobs that one workstream has in it, up to
 * `MOST_SLOTS`; a row with more wraps to another line.
 */
export interface RadarModel {
  columns: RadarColumn[];
  rows: RadarRow[];
  /** Width of all columns, in cells. */
  slots: number;
  /** How many cells there are. */
  cells: number;
}

export interface RadarColumn {
  key: string;
  label: string;
  /** Its first slot, and how many it has. */
  from: number;
  slots: number;
}

export interface RadarRow {
  id: string;
  /** Null: the jobs without a workstream. */
  workstream: Wire<"workstream"> | null;
  /** Lines of cells, at least 1. */
  lines: number;
  /** From left to right, line by line. */
  cells: RadarCell[];
}

export interface RadarCell {
  job: Wire<"job">;
  slot: number;
  line: number;
}

const MOST_SLOTS = 10;
/** Up to this many steps are always columns, even if the workstreams share few of them. */
const FEW_STEPS = 10;

interface Group {
  id: string;
  workstream: Wire<"workstream"> | null;
  jobs: Wire<"job">[];
}

/** The grid of a run, its workstreams in the timeline's order. */
export function buildRadar(model: TimelineModel): RadarModel {
  const groups: Group[] = model.groups.map(({ id, workstream, jobs }) => ({
    id,
    workstream,
    jobs: jobs.map((row) => row.job),
  }));
  const jobs = groups.flatMap((group) => group.jobs);
  const depth = depths(jobs);
  const keyOf = keysFor(groups, depth);
  const columns = columnsOf(groups, keyOf, depth);
  const byKey = new Map(columns.map((column) => [column.key, column]));
  const rows = groups.map((group): RadarRow => {
    const used = new Map<string, number>();
    const cells = group.jobs.map((job): RadarCell => {
      const column = byKey.get(keyOf(job)) as RadarColumn;
      const place = used.get(column.key) ?? 0;
      used.set(column.key, place + 1);
      return { job, slot: column.from + (place % column.slots), line: Math.floor(place / column.slots) };
    });
    cells.sort((a, b) => a.line - b.line || a.slot - b.slot);
    const { id, workstream } = group;
    return { id, workstream, lines: 1 + Math.max(0, ...cells.map((cell) => cell.line)), cells };
  });
  const last = columns.at(-1);
  return { columns, rows, slots: last ? last.from + last.slots : 0, cells: jobs.length };
}

type KeyOf = (job: Wire<"job">) => string;

function keysFor(groups: readonly Group[], depth: ReadonlyMap<string, number>): KeyOf {
  const all = new Set<string>();
  let most = 0;
  for (const { jobs } of groups) {
    const own = new Set(jobs.map(jobLabel));
    most = Math.max(most, own.size);
    for (const step of own) all.add(step);
  }
  if (all.size <= Math.max(FEW_STEPS, 2 * most)) return jobLabel;
  return (job) => `Stage ${(depth.get(job.id) ?? 0) + 1}`;
}

function columnsOf(groups: readonly Group[], keyOf: KeyOf, depth: ReadonlyMap<string, number>): RadarColumn[] {
  const found = new Map<string, { depths: number; jobs: number; most: number; first: number }>();
  for (const { jobs } of groups) {
    const own = new Map<string, number>();
    for (const job of jobs) {
      const key = keyOf(job);
      own.set(key, (own.get(key) ?? 0) + 1);
      const column = found.get(key) ?? { depths: 0, jobs: 0, most: 0, first: found.size };
      column.depths += depth.get(job.id) ?? 0;
      column.jobs += 1;
      column.most = Math.max(column.most, own.get(key) ?? 0);
      found.set(key, column);
    }
  }
  let from = 0;
  return [...found]
    .sort(([, a], [, b]) => a.depths / a.jobs - b.depths / b.jobs || a.first - b.first)
    .map(([key, { most }]) => {
      const slots = Math.min(most, MOST_SLOTS);
      const column = { key, label: key, from, slots };
      from += slots;
      return column;
    });
}

/**
 * The cell that an arrow key moves to: the nearest in that direction; null at the edge. `at` null:
 * the first cell.
 */
export function neighbour(model: RadarModel, at: string | null, key: string): RadarCell | null {
  const places = model.rows.flatMap((row, index) => row.cells.map((cell) => ({ cell, row: index })));
  const here = places.find(({ cell }) => cell.job.id === at);
  if (!here) return places[0]?.cell ?? null;
  const line = places.filter(({ cell, row }) => row === here.row && cell.line === here.cell.line);
  const index = line.indexOf(here);
  switch (key) {
    case "ArrowLeft":
      return line[index - 1]?.cell ?? null;
    case "ArrowRight":
      return line[index + 1]?.cell ?? null;
    case "Home":
      return line[0]?.cell ?? null;
    case "End":
      return line.at(-1)?.cell ?? null;
    case "ArrowUp":
      return nearest(places.filter((one) => isBefore(one, here)).reverse(), here.cell.slot);
    case "ArrowDown":
      return nearest(
        places.filter((one) => isBefore(here, one)),
        here.cell.slot,
      );
    default:
      return null;
  }
}

interface Place {
  cell: RadarCell;
  row: number;
}

const isBefore = (a: Place, b: Place): boolean => a.row < b.row || (a.row === b.row && a.cell.line < b.cell.line);

/** In the first line of these places, the cell nearest to a slot. */
function nearest(places: readonly Place[], slot: number): RadarCell | null {
  const [first] = places;
  if (!first) return null;
  const away = ({ cell }: Place): number => Math.abs(cell.slot - slot);
  const line = places.filter((one) => one.row === first.row && one.cell.line === first.cell.line);
  return line.reduce((best, one) => (away(one) < away(best) ? one : best)).cell;
}
