export interface TtlCacheOptions<V> {
  /** How long a found value may be served, in ms, counted from when its look-up began. */
  ttlMs: number;
  /** The same for "there is none", in ms. */
  missTtlMs: number;
  /**
   * The most entries kept, and as many keys that have none; the oldest go first. Whoever guesses
   * pushes out other guesses and nobody's key.
   */
  max: number;
  load: (key: string) => Promise<V | null>;
  now?: () => number;
}

interface Entry<V> {
  value: V | null;
  loadedAt: number;
}

/**
 * A small read-through cache for credentials. An entry is never served beyond its time to live, so
 * a revoked credential stops working within it. Past half of that time a hit starts the next
 * look-up in the background: a busy caller never waits for the database. Look-ups of one key at one
 * time are one look-up.
 */
export class TtlCache<V> {
  private readonly entries = new Map<string, Entry<V>>();
  private readonly misses = new Map<string, Entry<V>>();
  private readonly loading = new Map<string, Promise<V | null>>();
  private readonly options: TtlCacheOptions<V>;
  private readonly now: () => number;

  constructor(options: TtlCacheOptions<V>) {
    this.options = options;
    this.now = options.now ?? (() => performance.now());
  }

  /** What is known without waiting: a value, null (known to be none), or undefined (ask `get`). */
  peek(key: string): V | null | undefined {
    const entry = this.entries.get(key) ?? this.misses.get(key);
    if (entry === undefined) return undefined;
    const age = this.now() - entry.loadedAt;
    const ttl = entry.value === null ? this.options.missTtlMs : this.options.ttlMs;
    if (age >= ttl) {
      this.forget(key);
      return undefined;
    }
    if (entry.value !== null && age >= ttl / 2 && !this.loading.has(key)) {
      // A caller after the entry's end gets this failure; nobody needs it now.
      this.load(key).catch(() => {});
    }
    return entry.value;
  }

  /** The value, from memory or by a look-up. Rejects when the look-up does. */
  get(key: string): Promise<V | null> {
    const known = this.peek(key);
    if (known !== undefined) return Promise.resolve(known);
    return this.loading.get(key) ?? this.load(key);
  }

  /** Forgets a key at once; a look-up already under way will not bring it back. */
  delete(key: string): void {
    this.forget(key);
    this.loading.delete(key);
  }

  /** Forgets everything, see `delete`. */
  clear(): void {
    this.entries.clear();
    this.misses.clear();
    this.loading.clear();
  }

  private load(key: string): Promise<V | null> {
    const loadedAt = this.now();
    const loading: Promise<V | null> = this.options
      .load(key)
      .then((value) => {
        if (this.loading.get(key) === loading) this.put(key, { value, loadedAt });
        return value;
      })
      .finally(() => {
        if (this.loading.get(key) === loading) this.loading.delete(key);
      });
    this.loading.set(key, loading);
    return loading;
  }

  private put(key: string, entry: Entry<V>): void {
    this.forget(key);
    const kept = entry.value === null ? this.misses : this.entries;
    kept.set(key, entry);
    if (kept.size <= this.options.max) return;
    const oldest = kept.keys().next();
    if (!oldest.done) kept.delete(oldest.value);
  }

  private forget(key: string): void {
    this.entries.delete(key);
    this.misses.delete(key);
  }
}
