import type { QueryClient } from "@tanstack/react-query";
import { applyCommit, parseCommit } from "../../domain/commit/commit.ts";
import { Draft, type Source } from "../../domain/commit/draft.ts";
import type { ClientMutationInput } from "../../domain/commit/mutations.ts";
import type { Omitting } from "../../domain/kernel/lean.ts";
import type { PgType } from "../../domain/kernel/row.ts";
import type { RowSet } from "../../domain/kernel/tx.ts";
import { type Kind, ROWS, type Rows } from "../../domain/rows.ts";
import type { Live } from "./newer.ts";
import { rowKey } from "./row-cache.ts";

/** Who commits, and when. */
export interface Reader {
  /** As in the log: `user:ada`. */
  actor: string;
  /** The server's time, epoch ms. */
  now: number;
}

/**
 * The effect of a commit on the rows of this page: the domain's reducers, run on a draft over the
 * query cache. Returns the changed rows, complete, and none when the commit would be refused, or
 * depends on something that is not loaded: then only the server can say. Never throws.
 *
 * Not previewed: figures (statistics, tallies, gauges), who is notified of an alert and when,
 * deliveries, events, new rows, and rows with an id that only the server can create. `version` and
 * `seq` stay those of the shown row.
 */
export function preview(client: QueryClient, mutations: readonly ClientMutationInput[], reader: Reader): Live[] {
  try {
    const parsed = parseCommit({ mutations });
    if ("faults" in parsed) return [];
    const [few, many] = [0, MANY].map((unknown) => apply(new CachedRows(client, unknown), parsed.commit, reader));
    // A row must not depend on a figure that is never sent.
    return [...(few ?? [])].flatMap(([key, row]) => (same(row, many?.get(key)) ? [row] : []));
  } catch {
    return [];
  }
}

/** The value of hidden figures in a second run; the first uses 0. */
const MANY = 1_000_000;
/** Part of ids that the server creates. */
const UNKNOWN_ID = "00notyetmade00";

/** A column that a list left out because it is large: it exists, its value is unknown here. */
const LEFT_OUT = Object.freeze({});

/** Kinds of rows whose absence reducers accept and handle differently: they must be loaded. */
const MUST_BE_LOADED: ReadonlySet<Kind> = new Set(["job", "approval"]);

const NOT_PREVIEWED: ReadonlySet<Kind> = new Set(["statistics", "tally", "gauge", "delivery"]);
const COLUMNS_NOT_PREVIEWED: ReadonlySet<string> = new Set([
  ...["id", "version", "seq"],
  ...["escalationStep", "escalateAt", "heldAt", "reach", "notified"],
]);

type Values = { [column: string]: unknown };

/** A row as cached, and as passed to the reducers. */
interface Loaded {
  cached: Live & Omitting;
  row: Values;
}

class NotLoaded extends Error {
  override name = "NotLoaded";
}

/** The query cache as the reducers' storage. */
class CachedRows implements Source {
  readonly #loaded = new Map<string, Loaded>();

  constructor(
    readonly client: QueryClient,
    readonly unknown: number,
  ) {}

  loaded(kind: Kind, id: string): Loaded | undefined {
    const key = `${kind}:${id}`;
    const known = this.#loaded.get(key);
    if (known) return known;
    const cached = this.client.getQueryData<Live & Omitting>(rowKey(kind, id));
    if (!cached) return undefined;
    const loaded = { cached, row: rowOf(cached, this.unknown) };
    this.#loaded.set(key, loaded);
    return loaded;
  }

  get<K extends Kind>(kind: K, id: string): Readonly<Rows[K]> | undefined {
    const loaded = this.loaded(kind, id);
    if (!loaded && MUST_BE_LOADED.has(kind)) throw new NotLoaded(`${kind} ${id}`);
    return loaded?.row as Readonly<Rows[K]> | undefined;
  }

  isFree(kind: Kind, id: string): boolean {
    throw new NotLoaded(`whether there is a ${kind} ${id}`);
  }

  ids(query: RowSet): string[] {
    if (query.set === "jobs-of-run" && !query.tokenIds) return this.#jobsOf(query);
    if (query.set === "workstreams-of-run") {
      const { runId, statuses } = query;
      const rows = this.#all("workstream").filter((one) => one.runId === runId && one.follow === "jobs");
      return rows.filter(({ status }) => statuses.includes(status)).map(({ id }) => id);
    }
    throw new NotLoaded(query.set);
  }

  #jobsOf({ runId, statuses, limit }: Extract<RowSet, { set: "jobs-of-run" }>): string[] {
    const jobs = this.#all("job").filter((job) => job.runId === runId && statuses.includes(job.status));
    const counts = this.get("run", runId)?.jobCounts;
    const total = statuses.reduce((sum, status) => sum + (counts?.[status] ?? 0), 0);
    if (jobs.length !== total || total > (limit ?? total)) throw new NotLoaded(`all jobs of run ${runId}`);
    return jobs.map(({ id }) => id);
  }

  #all<K extends Kind>(kind: K): Live<K>[] {
    return this.client
      .getQueriesData<Live<K>>({ queryKey: ["row", kind] })
      .flatMap(([, row]) => (row === undefined ? [] : [row]));
  }
}

const NUMBERS: readonly PgType[] = ["int4", "int8", "float8"];

/**
 * A cached row for the reducers. Figures that are never sent are `unknown`, secrets are null. Large
 * columns that were not sent are missing: a reducer that reads one fails, and nothing is previewed.
 */
function rowOf(cached: Live & Omitting, unknown: number): Values {
  const { stored, hidden } = ROWS[cached.kind];
  const values = cached as unknown as Values;
  const row: Values = {};
  for (const [column, type] of Object.entries(stored)) {
    if ((hidden as readonly string[]).includes(column)) row[column] = NUMBERS.includes(type) ? unknown : null;
    else if (column in values) row[column] = isLeftOut(cached, column) ? (values[column] ?? LEFT_OUT) : values[column];
  }
  return row;
}

const isLeftOut = ({ omitted }: Omitting, column: string): boolean => omitted?.includes(column) ?? false;

/**
 * Applies a commit; the rows that change, by their keys. Empty when it is refused. @throws
 * NotLoaded, and errors of reducers
 */
function apply(rows: CachedRows, commit: Parameters<typeof applyCommit>[1], { actor, now }: Reader): Map<string, Live> {
  const draft = new Draft(rows);
  const at = new Date(now).toISOString();
  const tx = draft.begin({ at, actor, commitId: UNKNOWN_ID, secret: UNKNOWN_ID });
  const { faults } = applyCommit(tx, commit);
  const changed = new Map<string, Live>();
  if (faults.length > 0) return changed;
  for (const [key, { kind, id, row, isNew }] of draft.changes) {
    // New rows are skipped: a reducer may have created one only because another row is not loaded.
    const loaded = row === null || isNew || NOT_PREVIEWED.has(kind) ? undefined : rows.loaded(kind, id);
    const next = loaded && shown(loaded, row as unknown as Values);
    if (next) changed.set(key, next);
  }
  return changed;
}

/**
 * The cached row with the changes of the reducers; undefined when no visible column changed, or one
 * of its ids is not created yet.
 */
function shown({ cached, row }: Loaded, next: Values): Live | undefined {
  const hidden: readonly string[] = ROWS[cached.kind].hidden;
  const changed = Object.keys(row).filter(
    (column) => next[column] !== row[column] && !hidden.includes(column) && !COLUMNS_NOT_PREVIEWED.has(column),
  );
  // Only that the left-out value exists is known: appending to it gives a wrong result.
  const known = changed.filter((column) => !isLeftOut(cached, column) || next[column] === null);
  const values = Object.fromEntries(known.map((column) => [column, next[column]]));
  if (known.length === 0 || JSON.stringify(values).includes(UNKNOWN_ID)) return undefined;
  const { omitted } = cached;
  const left = omitted && { omitted: omitted.filter((column) => !known.includes(column)) };
  return Object.assign({ ...cached }, values, left);
}

const same = (a: Live, b: Live | undefined): boolean => JSON.stringify(a) === JSON.stringify(b);
