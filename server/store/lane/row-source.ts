import type { Source } from "../../../domain/commit/draft.ts";
import { isKeyed, keyOf } from "../../../domain/kernel/row-key.ts";
import type { RowSet } from "../../../domain/kernel/tx.ts";
import type { Kind, Rows } from "../../../domain/rows.ts";
import type { StoredKey } from "./batch.ts";
import type { RowCache } from "./tiers/row-cache.ts";

/** Something a commit reads is not loaded; what, the source has noted. */
export class NotLoaded extends Error {
  override name = "NotLoaded";
}

/**
 * What one batch reads: the hot tier, and what has been loaded or found absent for this batch. Whatever is missing is noted, so that the lane loads
 * it and applies the batch again: a row that is missing is thrown, a set is taken for empty until then. A new id is assumed free: its plain insert proves it. When that has failed once
 * (`strict`), every id is looked up.
 */
export class RowSource implements Source {
  readonly missing = new Map<string, { kind: Kind; id: string }>();
  readonly missingSets = new Map<string, RowSet>();
  readonly missingKeys = new Set<string>();
  readonly #absent = new Set<string>();
  /** Rows loaded for this batch: the hot tier may be too small to keep them all. */
  readonly #loaded = new Map<string, Readonly<Rows[Kind]>>();
  readonly #sets = new Map<string, string[]>();
  readonly #jobsInSets = new Set<string>();
  readonly #keys = new Map<string, StoredKey | null>();
  /** Ids that the present commit took for free without looking. */
  readonly #assumed = new Map<string, { kind: Kind; id: string }>();

  constructor(
    readonly cache: RowCache,
    readonly knownKeys: { get(name: string): StoredKey | undefined },
    readonly strict: boolean,
  ) {}

  /** A commit begins. */
  begin(): void {
    this.#assumed.clear();
  }

  /**
   * A commit is refused, so no insert will prove what it assumed: that its ids are free (all its faults are to be told), and that its
   * idempotency key is new (it may be the same request once more, which the state forbids because it has happened).
   */
  prove(key: string | null): void {
    for (const [name, ref] of this.#assumed) if (!this.isKnown(ref.kind, ref.id)) this.missing.set(name, ref);
    if (key !== null && !this.#keys.has(key) && !this.knownKeys.get(key)) this.missingKeys.add(key);
    if (this.missing.size + this.missingKeys.size > 0) throw new NotLoaded([...this.missing.keys(), key].join());
  }

  /** Jobs that were loaded for this batch, or are in a set that it asked for: a cascade goes by their rows, hot ones included. */
  loadedJobs(): string[] {
    const loaded = [...this.#loaded.keys()].flatMap((key) => (key.startsWith("job:") ? [key.slice(4)] : []));
    return [...new Set([...loaded, ...this.#jobsInSets])];
  }

  get<K extends Kind>(kind: K, id: string): Readonly<Rows[K]> | undefined {
    const key = keyOf(kind, id);
    const row = this.peek(kind, id);
    if (row) return row;
    if (this.#absent.has(key)) return undefined;
    this.missing.set(key, { kind, id });
    throw new NotLoaded(key);
  }

  /** A row if it is loaded; asks for nothing. */
  peek<K extends Kind>(kind: K, id: string): Readonly<Rows[K]> | undefined {
    const key = keyOf(kind, id);
    return (this.#loaded.get(key) as Readonly<Rows[K]> | undefined) ?? this.cache.get<K>(key);
  }

  isKnown(kind: Kind, id: string): boolean {
    const key = keyOf(kind, id);
    return this.#loaded.has(key) || this.cache.has(key) || this.#absent.has(key);
  }

  isFree(kind: Kind, id: string): boolean {
    const key = keyOf(kind, id);
    if (this.#loaded.has(key) || this.cache.has(key)) return false;
    if (this.#absent.has(key)) return true;
    if (this.strict) return this.get(kind, id) === undefined;
    this.#assumed.set(key, { kind, id });
    return true;
  }

  ids(query: RowSet): string[] {
    const name = JSON.stringify(query);
    const ids = this.#sets.get(name);
    if (ids) return ids;
    // Its members are not looked at before they are loaded, but what comes after them is: one load for all that a commit asks of sets.
    this.missingSets.set(name, query);
    return [];
  }

  key(name: string): StoredKey | undefined {
    const known = this.#keys.get(name) ?? this.knownKeys.get(name);
    if (known) return known;
    if (!this.strict || this.#keys.has(name)) return undefined;
    this.missingKeys.add(name);
    throw new NotLoaded(name);
  }

  /** Whether the key has a row in the storage already, so that it is renewed and not inserted. */
  keyIsStored(name: string): boolean {
    return Boolean(this.#keys.get(name) ?? this.knownKeys.get(name));
  }

  /** How many rows have been loaded for this batch. */
  get read(): number {
    return this.#loaded.size;
  }

  note(kind: Kind, row: Readonly<Rows[Kind]>): void {
    const key = keyOf(kind, row.id);
    this.#loaded.set(key, row);
    this.cache.set(key, kind, row);
  }

  noteAbsent(kind: Kind, id: string): void {
    this.#absent.add(keyOf(kind, id));
  }

  noteSet(query: RowSet, ids: string[]): void {
    this.#sets.set(JSON.stringify(query), ids);
    for (const member of ids) {
      if (query.set === "workstreams-of-run") continue;
      if (!isKeyed(query)) this.#jobsInSets.add(member);
      else if (member.startsWith("job:")) this.#jobsInSets.add(member.slice(4));
    }
  }

  noteKey(name: string, stored: StoredKey | null): void {
    this.#keys.set(name, stored);
  }

  get isComplete(): boolean {
    return this.missing.size === 0 && this.missingSets.size === 0 && this.missingKeys.size === 0;
  }

  clearMissing(): void {
    this.missing.clear();
    this.missingSets.clear();
    this.missingKeys.clear();
  }
}
