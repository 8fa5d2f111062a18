import type { ClientMutationInput } from "../domain/commit/mutations.ts";
import type { Receipt } from "../domain/kernel/receipt.ts";
import type { CommitOptions } from "./types.ts";

/**
 * Collects mutations and sends them as one commit.
 *
 * open → committing → committed; committing → open again when the commit was refused, so that it
 * can be mended and sent once more; open → rolled back, which sends nothing. A buffer that is
 * committed or rolled back is over.
 */
export class CommitBuffer {
  readonly #commit: (mutations: ClientMutationInput[], options?: CommitOptions) => Promise<Receipt>;
  #mutations: ClientMutationInput[] = [];
  #state: "open" | "committing" | "committed" | "rolled back" = "open";

  constructor(commit: (mutations: ClientMutationInput[], options?: CommitOptions) => Promise<Receipt>) {
    this.#commit = commit;
  }

  /** How many mutations wait. */
  get size(): number {
    return this.#mutations.length;
  }

  /** What waits, in order. */
  get mutations(): readonly ClientMutationInput[] {
    return this.#mutations;
  }

  /** Adds mutations at the end. Throws when the buffer is over. */
  add(...mutations: ClientMutationInput[]): this {
    this.#mustBeOpen();
    this.#mutations.push(...mutations);
    return this;
  }

  /**
   * Sends all of them as one commit and ends the buffer; after a refusal it is open again,
   * unchanged.
   */
  async commit(options?: CommitOptions): Promise<Receipt> {
    this.#mustBeOpen();
    this.#state = "committing";
    try {
      const receipt = await this.#commit([...this.#mutations], options);
      this.#state = "committed";
      this.#mutations = [];
      return receipt;
    } catch (error) {
      this.#state = "open";
      throw error;
    }
  }

  /** Forgets everything. Answers how many mutations were dropped. */
  rollback(): number {
    this.#mustBeOpen();
    const dropped = this.#mutations.length;
    this.#mutations = [];
    this.#state = "rolled back";
    return dropped;
  }

  #mustBeOpen(): void {
    if (this.#state !== "open") throw new Error(`this buffer is ${this.#state}`);
  }
}
