import { setTimeout as delay } from "node:timers/promises";
import type { ClientMutationInput } from "../../domain/commit/mutations.ts";
import type { Receipt } from "../../domain/kernel/receipt.ts";
import type { Held, Ledger, Sent } from "./ledger.ts";

const PATIENCE_MS = 30_000;
/** A client that is asked to try again waits first. */
const BACKOFF_MS = 30;

interface Answer {
  status: number;
  body: unknown;
}

/** Speaks HTTP with whichever server runs now, and records the answers. */
export class Caller {
  /** Where the server is; it moves when another one is started. */
  url: string;
  readonly ledger: Ledger;
  readonly #headers: { [name: string]: string };

  constructor(url: string, key: string, ledger: Ledger) {
    this.url = url;
    this.ledger = ledger;
    this.#headers = { authorization: `Bearer ${key}`, "content-type": "application/json" };
  }

  /** Commits under a new key. Never throws: a lost answer is noted as unknown. */
  async commit(prefix: string, mutations: readonly ClientMutationInput[], ends: Sent["ends"] = null): Promise<Sent> {
    const sent = this.ledger.open(prefix, mutations, ends);
    await this.send(sent);
    return sent;
  }

  /** Sends a commit, for the first time or again, and compares with what was known of it. */
  async send(sent: Sent): Promise<void> {
    const before = { settled: sent.standing === "acknowledged", unheard: sent.unheard };
    const answer = await this.#post("/commits", { mutations: sent.mutations }, sent.key).catch(() => null);
    sent.answers.push(`${new Date().toISOString()} ${answer ? `${answer.status} ${codesOf(answer.body)}` : "none"}`);
    if (answer === null || answer.status >= 500 || answer.status === 429) {
      if (sent.standing !== "acknowledged") sent.standing = "unknown";
      sent.unheard += 1;
      await delay(BACKOFF_MS);
      if (answer?.status === 500) this.#fault(sent, `answered 500 ${JSON.stringify(answer.body)}`);
      return;
    }
    if (answer.status === 200 || answer.status === 201) this.#acknowledge(sent, answer.body as Receipt);
    else this.#refuse(sent, answer, before);
  }

  #acknowledge(sent: Sent, receipt: Receipt): void {
    if (sent.receipt && (sent.receipt.receiptId !== receipt.receiptId || sent.receipt.hash !== receipt.hash)) {
      this.#fault(sent, `has two receipts, ${sent.receipt.receiptId} and ${receipt.receiptId}`);
    }
    sent.standing = "acknowledged";
    sent.receipt ??= receipt;
  }

  /**
   * A refusal is not remembered under the key: what was refused once may be accepted later, and its
   * twin at the same time. Not the reverse. It says nothing about a request without an answer since
   * this one was sent.
   */
  #refuse(sent: Sent, { status, body }: Answer, before: { settled: boolean; unheard: number }): void {
    const refusal = `${status} ${codesOf(body)}`;
    if (before.settled) this.#fault(sent, `was acknowledged and then refused: ${refusal}`);
    if (status !== 409 && status !== 422) this.#fault(sent, `was answered ${refusal}`);
    if (sent.standing === "acknowledged" || sent.unheard > before.unheard) return;
    sent.standing = "refused";
    sent.refusal = refusal;
  }

  #fault(sent: Sent, what: string): void {
    this.ledger.faults.push(`commit ${sent.key} (${sent.mutations.map((m) => m.type).join(", ")}) ${what}`);
  }

  /** What claims in a commit have yielded. */
  claimed(sent: Sent): Held[] {
    return (sent.receipt?.results ?? []).flatMap((result, index) => {
      const mutation = sent.mutations[index];
      if (mutation?.type !== "job.claim") return [];
      const { jobs } = result as { jobs: { id: string; attempt: number; leaseToken: string }[] };
      return jobs.map(({ id, attempt, leaseToken }) => ({
        jobId: id,
        attempt,
        leaseToken,
        agentKey: mutation.agentKey,
      }));
    });
  }

  /** A call that leaves no mark in the log: a convenience. Null when no answer came. */
  async call(path: string, body: object, key?: string): Promise<Answer | null> {
    return await this.#post(path, body, key).catch(() => null);
  }

  /** Reads; throws on anything but success. */
  async get<T>(path: string): Promise<T> {
    const response = await fetch(`${this.url}/api/v1${path}`, {
      headers: this.#headers,
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    if (!response.ok) throw new Error(`GET ${path} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as T;
  }

  /** All pages of a list. */
  async all<T>(path: string): Promise<T[]> {
    const items: T[] = [];
    for (let cursor: string | null = ""; cursor !== null; ) {
      const page: { items: T[]; nextCursor: string | null } = await this.get(
        `${path}${path.includes("?") ? "&" : "?"}limit=100${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      items.push(...page.items);
      cursor = page.nextCursor;
    }
    return items;
  }

  async #post(path: string, body: object, key?: string): Promise<Answer> {
    const response = await fetch(`${this.url}/api/v1${path}`, {
      method: "POST",
      headers: { ...this.#headers, ...(key !== undefined && { "idempotency-key": key }) },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    return { status: response.status, body: await response.json() };
  }
}

function codesOf(body: unknown): string {
  const { code, errors } = (body ?? {}) as { code?: string; errors?: { code?: string; message?: string }[] };
  return [code, ...(errors ?? []).map((error) => `${error.code}: ${error.message}`)].join("; ");
}
