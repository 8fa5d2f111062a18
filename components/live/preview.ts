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

/** Who commits, and when, as far as the browser knows. */
export interface Reader {
  /** As the log will name them: `user:ada`. */
  actor: string;
  /** The server's time, epoch ms. */
  now: number;
}

/**
 * What a commit makes of the rows that this page has: the domain's own reducers, run on a draft over the query cache. Answers the rows that
 * change, whole and as they will be, and none when the commit would be refused, or hangs on something that is not loaded: the server
 * answers then. Never throws.
 *
 * Not previewed: figures (statistics, tallies, gauges), who is notified of an alert and when, deliveries, events, rows that come to be,
 * and rows that carry an id which the server has yet to make. `version` and `seq` stay those of the row that is shown.
 */
export function preview(client: QueryClient, mutations: readonly ClientMutationInput[], reader: Reader): Live[] {
  try {
    const parsed = parseCommit({ mutations });
    if ("faults" in parsed) return [];
    const [few, many] = [0, MANY].map((unknown) => apply(new CachedRows(client, unknown), parsed.commit, reader));
    // What a row becomes must not hang on a figure that nobody sends.
    return [...(few ?? [])].flatMap(([key, row]) => (same(row, many?.get(key)) ? [row] : []));
  } catch {
    return [];
  }
}

/** What hidden figures are taken for in a second run: the first takes them for 0. */
const MANY = 1_000_000;
/** Stands in ids that the server makes. */
const UNKNOWN_ID = "00notyetmade00";

/** A column that a list has left out as it was too large: it is there, nobody here knows what it is. */
const LEFT_OUT = Object.freeze({});

/** Rows that reducers take for gone when they are not there, and go on otherwise: without them nothing is right. */
const MUST_BE_LOADED: ReadonlySet<Kind> = new Set(["job", "approval"]);

const NOT_PREVIEWED: ReadonlySet<Kind> = new Set(["statistics", "tally", "gauge", "delivery"]);
const COLUMNS_NOT_PREVIEWED: ReadonlySet<string> = new Set([
  ...["id", "version", "seq"],
  ...["escalationStep", "escalateAt", "heldAt", "reach", "notified"],
]);

type Values = { [column: string]: unknown };

/** A row as it is cached, and as the reducers get it. */
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
 * A cached row as the reducers get it. Figures that are never sent are taken for `unknown`, secrets for null. Large columns that were not sent are not
 * there at all: a reducer that reads one fails, and so nothing is previewed.
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

/** Applies a commit; the rows that change, by their keys. Empty when it is refused. @throws NotLoaded, and what a reducer stumbles over */
function apply(rows: CachedRows, commit: Parameters<typeof applyCommit>[1], { actor, now }: Reader): Map<string, Live> {
  const draft = new Draft(rows);
  const at = new Date(now).toISOString();
  const tx = draft.begin({ at, actor, commitId: UNKNOWN_ID, secret: UNKNOWN_ID });
  const { faults } = applyCommit(tx, commit);
  const changed = new Map<string, Live>();
  if (faults.length > 0) return changed;
  for (const [key, { kind, id, row, isNew }] of draft.changes) {
    // New is also what a reducer makes beside something that it takes for new, as that is not loaded.
    const loaded = row === null || isNew || NOT_PREVIEWED.has(kind) ? undefined : rows.loaded(kind, id);
    const next = loaded && shown(loaded, row as unknown as Values);
    if (next) changed.set(key, next);
  }
  return changed;
}

/** The cached row with what the reducers have changed; undefined when nothing of it that is shown has, or one of its ids is not made yet. */
function shown({ cached, row }: Loaded, next: Values): Live | undefined {
  const hidden: readonly string[] = ROWS[cached.kind].hidden;
  const changed = Object.keys(row).filter(
    (column) => next[column] !== row[column] && !hidden.includes(column) && !COLUMNS_NOT_PREVIEWED.has(column),
  );
  // Of what is left out only its end is known: what is added to it is added to something else.
  const known = changed.filter((column) => !isLeftOut(cached, column) || next[column] === null);
  const values = Object.fromEntries(known.map((column) => [column, next[column]]));
  if (known.length === 0 || JSON.stringify(values).includes(UNKNOWN_ID)) return undefined;
  const { omitted } = cached;
  const left = omitted && { omitted: omitted.filter((column) => !known.includes(column)) };
  return Object.assign({ ...cached }, values, left);
}

const same = (a: Live, b: Live | undefined): boolean => JSON.stringify(a) === JSON.stringify(b);
