import type { QueryClient } from "@tanstack/react-query";
import { RUN_KINDS, SNAPSHOT_ROWS, STATE_TOPICS, type StateFrame } from "../../domain/kernel/live.ts";
import type { Kind } from "../../domain/rows.ts";
import { type Live, newer, withLarge } from "./newer.ts";

/**
 * Rows in the query cache. Each is stored once under `["row", kind, id]`, and in the list of every
 * topic that has it, under `["topic", topic, kind]`. A row replaces another of its id only when its
 * `seq` is higher (`newer.ts` says more), so frames, answers of commands and server-rendered rows
 * may come in any order. `pending` marks the effect of a click that the server has not confirmed:
 * the row keeps the `seq` of its base row, so that the next change replaces it.
 */

/** The rows of one kind that a topic has, in the order they came. */
export interface TopicList {
  readonly rows: readonly Live[];
  /** Position of the list; 0 before the first frame. */
  readonly seq: number;
  /** Whether it has all rows of the topic; a snapshot of the full size may have left rows out. */
  readonly complete: boolean;
  /** Grows when a snapshot left rows out: loaded pages may be old, load them again over HTTP. */
  readonly cut: number;
}

export const rowKey = (kind: Kind, id: string) => ["row", kind, id] as const;
export const topicKey = (topic: string, kind: Kind) => ["topic", topic, kind] as const;

const EMPTY: TopicList = { rows: [], seq: 0, complete: false, cut: 0 };

/** The kinds of rows a topic sends. */
export function kindsOf(topic: string): readonly Kind[] {
  if (topic.startsWith("run:")) return RUN_KINDS;
  return topic in STATE_TOPICS ? STATE_TOPICS[topic as keyof typeof STATE_TOPICS] : [];
}

/** The newer of a row and the cached one. */
export function newest<R extends Live>(client: QueryClient, row: R): R {
  return newer(client.getQueryData<Live>(rowKey(row.kind, row.id)), row) as R;
}

/**
 * Stores rows that are newer than the cached ones, or all with `force`, in their own entries and in
 * every list that has them.
 */
export function applyRows(client: QueryClient, rows: readonly Live[], force = false): void {
  const changed = new Map<Kind, Map<string, Live>>();
  for (const one of rows) {
    const key = rowKey(one.kind, one.id);
    const known = client.getQueryData<Live>(key);
    const row = force ? withLarge(one, known ?? one) : newer(known, one);
    if (row === known && !force) continue;
    client.setQueryData(key, row);
    const ofKind = changed.get(row.kind) ?? new Map<string, Live>();
    changed.set(row.kind, ofKind.set(row.id, row));
  }
  if (changed.size === 0) return;
  for (const [key, list] of client.getQueriesData<TopicList>({ queryKey: ["topic"] })) {
    const ofKind = changed.get(key[2] as Kind);
    if (list && ofKind && list.rows.some((row) => ofKind.has(row.id))) {
      client.setQueryData<TopicList>(key, { ...list, rows: list.rows.map((row) => ofKind.get(row.id) ?? row) });
    }
  }
}

/** Applies a state frame: rows by `seq`, and the membership of each list of the topic. */
export function applyState(client: QueryClient, frame: StateFrame): void {
  applyRows(client, frame.upserts);
  if (frame.removes.length > 0) dropFromPages(client, frame);
  const complete = frame.upserts.length < SNAPSHOT_ROWS;
  for (const kind of kindsOf(frame.topic)) {
    const upserts = frame.upserts.filter((row) => row.kind === kind).map((row) => newest(client, row));
    const removed = new Set(frame.removes.filter((gone) => gone.kind === kind).map((gone) => gone.id));
    const key = topicKey(frame.topic, kind);
    const list = client.getQueryData<TopicList>(key) ?? EMPTY;
    if (frame.snapshot && complete) {
      client.setQueryData<TopicList>(key, { rows: upserts, seq: frame.seq, complete: true, cut: list.cut });
      continue;
    }
    if (!frame.snapshot && upserts.length === 0 && removed.size === 0) continue;
    const rows = union(list.rows, upserts).filter((row) => !removed.has(row.id));
    const cut = frame.snapshot ? list.cut + 1 : list.cut;
    client.setQueryData<TopicList>(key, { rows, seq: frame.seq, complete: list.complete && !frame.snapshot, cut });
  }
}

interface Page {
  items: readonly Live[];
}

/** Removes deleted rows from pages that were loaded over HTTP (`{items}`, alone or in `pages`). */
function dropFromPages(client: QueryClient, { removes, seq }: StateFrame): void {
  const removed = new Set(removes.map(({ kind, id }) => `${kind} ${id}`));
  const isGone = (row: Live) => removed.has(`${row.kind} ${row.id}`) && row.seq <= seq;
  const without = <P extends Page>(page: P): P =>
    page.items.some(isGone) ? { ...page, items: page.items.filter((row) => !isGone(row)) } : page;
  for (const [key, data] of client.getQueriesData<Partial<Page> & { pages?: readonly Partial<Page>[] }>({})) {
    if (isPage(data)) client.setQueryData(key, without(data));
    else if (data?.pages?.some(isPage)) {
      const pages = data.pages.map((page) => (isPage(page) ? without(page) : page));
      client.setQueryData(key, { ...data, pages });
    }
  }
}

const isPage = (data: Partial<Page> | undefined | null): data is Page =>
  typeof data === "object" && data !== null && Array.isArray(data.items);

/**
 * Adds server-rendered or fetched rows to a topic's list. A row that is missing in a complete list
 * of a later position has left the topic and is not added.
 */
export function seedTopic(client: QueryClient, topic: string, kind: Kind, initial: readonly Live[]): void {
  const key = topicKey(topic, kind);
  const list = client.getQueryData<TopicList>(key) ?? EMPTY;
  const here = new Set(list.rows.map((row) => row.id));
  const welcome = initial.filter((row) => here.has(row.id) || !list.complete || row.seq > list.seq);
  applyRows(client, welcome);
  const current = client.getQueryData<TopicList>(key);
  const missing = welcome.filter((row) => !here.has(row.id)).map((row) => newest(client, row));
  if (current && missing.length === 0) return;
  client.setQueryData<TopicList>(key, { ...(current ?? EMPTY), rows: union(current?.rows ?? [], missing) });
}

/**
 * Removes a topic's lists, which are no longer updated, and those of their rows that no other list
 * has.
 */
export function dropTopic(client: QueryClient, topic: string): void {
  const dropped = client
    .getQueriesData<TopicList>({ queryKey: ["topic", topic] })
    .flatMap(([, list]) => list?.rows ?? []);
  client.removeQueries({ queryKey: ["topic", topic] });
  const listed = new Set(
    client
      .getQueriesData<TopicList>({ queryKey: ["topic"] })
      .flatMap(([, list]) => list?.rows.map((row) => `${row.kind} ${row.id}`) ?? []),
  );
  for (const { kind, id } of dropped) {
    const query = client.getQueryCache().find({ queryKey: rowKey(kind, id) });
    if (query && query.getObserversCount() === 0 && !listed.has(`${kind} ${id}`)) client.getQueryCache().remove(query);
  }
}

/**
 * Shows the previewed rows of a click. @returns a function that reverts those that have not changed
 * since.
 */
export function showPending(client: QueryClient, rows: readonly Live[]): () => void {
  const shown = rows.map((row) => {
    const before = client.getQueryData<Live>(rowKey(row.kind, row.id));
    const after = { ...row, seq: before?.seq ?? row.seq, pending: true } as Live;
    return { before, after: withLarge(after, before ?? after) };
  });
  applyRows(
    client,
    shown.map(({ after }) => after),
    true,
  );
  return () => {
    const own = shown.filter(({ after }) => client.getQueryData(rowKey(after.kind, after.id)) === after);
    const back = own.flatMap(({ before }) => (before ? [before] : []));
    applyRows(client, back, true);
  };
}

/** Removes the pending mark of rows that a command confirmed without returning them. */
export function settle(client: QueryClient, rows: readonly Live[]): void {
  const marked = rows.flatMap((row) => {
    const now = client.getQueryData<Live>(rowKey(row.kind, row.id));
    return now?.pending ? [{ ...now, pending: false } as Live] : [];
  });
  applyRows(client, marked, true);
}

function union(rows: readonly Live[], more: readonly Live[]): Live[] {
  const byId = new Map(more.map((row) => [row.id, row]));
  const kept = rows.map((row) => {
    const next = byId.get(row.id);
    byId.delete(row.id);
    return next ?? row;
  });
  return [...kept, ...byId.values()];
}
