import type { Source } from "../../../domain/commit/draft.ts";
import { isKeyed, keyOf } from "../../../domain/kernel/row-key.ts";
import type { RowSet } from "../../../domain/kernel/tx.ts";
import type { Kind, Rows } from "../../../domain/rows.ts";
import type { StoredKey } from "./batch.ts";
import type { RowCache } from "./tiers/row-cache.ts";

/** A commit read something that is not loaded; the source has noted what. */
export class NotLoaded extends Error {
  override name = "NotLoaded";
}

/**
 * What one batch reads: the hot tier, and rows loaded or found absent for this batch. Anything
 * missing is noted, so that the lane loads it and applies the batch again: for a missing row this
 * throws; a missing set counts as empty until then. A new id is assumed free and its plain insert
 * proves it. After that has failed once (`strict`), every id is looked up.
 */
export class RowSource implements Source {
  readonly missing = new Map<string, { kind: Kind; id: string }>();
  readonly missingSets = new Map<string, RowSet>();
  readonly missingKeys = new Set<string>();
  readonly #absent = new Set<string>();
  /** Rows loaded for this batch: the hot tier may be too small to hold them all. */
  readonly #loaded = new Map<string, Readonly<Rows[Kind]>>();
  readonly #sets = new Map<string, string[]>();
  readonly #jobsInSets = new Set<string>();
  readonly #keys = new Map<string, StoredKey | null>();
  /** Ids that the present commit assumed free without a lookup. */
  readonly #assumed = new Map<string, { kind: Kind; id: string }>();

  constructor(
    readonly cache: RowCache,
    readonly knownKeys: { get(name: string): StoredKey | undefined },
    readonly strict: boolean,
  ) {}

  /** Called when a commit begins. */
  begin(): void {
    this.#assumed.clear();
  }

  /**
   * Called when a commit is refused: no insert will prove what it assumed. Looks up that its ids
   * are free (so that all its faults are reported) and that its idempotency key is new (it may be a
   * repeated request that the state forbids because it was done already).
   */
  prove(key: string | null): void {
    for (const [name, ref] of this.#assumed) if (!this.isKnown(ref.kind, ref.id)) this.missing.set(name, ref);
    if (key !== null && !this.#keys.has(key) && !this.knownKeys.get(key)) this.missingKeys.add(key);
    if (this.missing.size + this.missingKeys.size > 0) throw new NotLoaded([...this.missing.keys(), key].join());
  }

  /**
   * Jobs loaded for this batch or contained in its sets, from the hot tier too: a cascade goes by
   * their rows.
   */
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

  /** A row if it is loaded; notes nothing as missing. */
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
    // Its members are read once they are loaded. Going on until then finds the other sets, so that
    // one load covers all.
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

  /** Whether the key has a row in the storage already, to be renewed instead of inserted. */
  keyIsStored(name: string): boolean {
    return Boolean(this.#keys.get(name) ?? this.knownKeys.get(name));
  }

  /** How many rows were loaded for this batch. */
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
