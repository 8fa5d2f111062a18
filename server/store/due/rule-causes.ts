import { untilWords } from "../../../domain/execution/waiting-words.ts";
import { shortened } from "../../../domain/kernel/text.ts";
import type { LaneQueries } from "../lane/lane-database.ts";
import { beginWaitReads, readWhy, type WaitReads } from "../reads/execution/waiting.ts";
import { readRunWhy } from "../reads/execution/waiting-of-many.ts";
import type { Observed } from "../rules/check.ts";

/** Longest detail of an alert, characters. */
const MOST = 4000;

/**
 * Explains a rule's finding: what holds up the job or run it is about, as in `/jobs/{id}/why` and
 * `/runs/{id}/why`.
 */
export class Causes {
  readonly #queries: LaneQueries;
  readonly #tenantId: string;
  #reads: Promise<WaitReads> | undefined;

  constructor(queries: LaneQueries, tenantId: string) {
    this.#queries = queries;
    this.#tenantId = tenantId;
  }

  /** The finding with its cause added to the detail. */
  async explain(one: Observed): Promise<Observed> {
    const { waiting, detail } = one;
    if (!waiting) return one;
    const why = waiting.kind === "job" ? await this.#ofJob(waiting) : await this.#ofRun(waiting);
    return { ...one, detail: shortened([why, detail].filter(Boolean).join("; "), MOST) };
  }

  async #ofJob({ id, named }: Waiting): Promise<string> {
    this.#reads ??= beginWaitReads(this.#queries, this.#tenantId);
    const found = await readWhy(await this.#reads, id);
    const [reason] = found?.reasons ?? [];
    return reason && found ? `${named}: ${untilWords(reason, found.at)}` : named;
  }

  async #ofRun({ id, named }: Waiting): Promise<string> {
    const { reasons, at } = await readRunWhy(this.#queries, this.#tenantId, id, "running");
    const [reason] = reasons;
    if (!reason) return named;
    const jobs =
      reason.count === 1 ? `job ${reason.jobIds[0]} waits` : `${reason.count} jobs wait, such as ${reason.jobIds[0]}`;
    return [named, `${jobs}: ${untilWords(reason, at)}`].filter(Boolean).join("; ");
  }
}

/** What waits, and the words before its cause. */
export interface Waiting {
  kind: "job" | "run";
  id: string;
  named: string;
}
