import type { ClientMutationInput, ClockMutation } from "../../domain/commit/mutations.ts";
import type { LogEvent } from "../../domain/kernel/event.ts";
import { World } from "../../domain/kernel/tx.test-kit.ts";
import { toWire } from "../../domain/kernel/wire.ts";
import type { History } from "./history.ts";
import { type Held, Ledger, type Sent } from "./ledger.ts";

/** A history without a server, made by the reducers: what the checks are checked with. */
export class MadeUp {
  readonly world = new World();
  readonly ledger = new Ledger();
  readonly #receipts: History["receipts"] = [];
  readonly #events: LogEvent[] = [];

  /** A commit that a client has sent and got an answer to. */
  commit(mutations: readonly ClientMutationInput[], ends: Sent["ends"] = null): Sent {
    const sent = this.ledger.open("c", mutations, ends);
    const { results, events, faults } = this.world.attempt([...sent.mutations]);
    if (faults.length > 0) {
      sent.standing = "refused";
      return sent;
    }
    sent.standing = "acknowledged";
    sent.receipt = { ...this.#receipt(events), results };
    return sent;
  }

  /** Claims one job; answers it as it is held. */
  claim(agentKey: string): Held {
    const { receipt } = this.commit([{ type: "job.claim", agentKey, max: 1, leaseMs: 1_000 }]);
    const [claimed] = (receipt?.results ?? []) as { jobs: { id: string; attempt: number; leaseToken: string }[] }[];
    const job = claimed?.jobs[0];
    if (!job) throw new Error("nothing to claim");
    return { jobId: job.id, attempt: job.attempt, leaseToken: job.leaseToken, agentKey };
  }

  /** What time does. */
  tick(...mutations: ClockMutation[]): void {
    this.#receipt(this.world.apply(mutations, "system:clock").events);
  }

  #receipt(events: readonly { type: string }[]) {
    const firstSeq = this.#events.length + 1;
    for (const event of events as unknown as LogEvent[]) {
      const at = new Date(this.world.now).toISOString();
      const { runId, ...rest } = event;
      this.#events.push({
        ...rest,
        ...(runId && { runId }),
        v: 1,
        actor: "key:test",
        at,
        seq: this.#events.length + 1,
      });
    }
    const number = this.#receipts.length + 1;
    const header = {
      receiptId: `rc_${number}`,
      tenantId: "t",
      firstSeq,
      lastSeq: this.#events.length,
      committedAt: new Date(this.world.now).toISOString(),
      mutations: [],
      prevHash: `hash ${number - 1}`,
    };
    const receipt = { ...header, hash: `hash ${number}` };
    this.#receipts.push(receipt);
    return receipt;
  }

  /** What the server would say now; a copy of its own, to be falsified. */
  history(): History {
    const { world } = this;
    const runs = world.all("run").map((row) => toWire("run", row));
    return structuredClone({
      events: this.#events,
      receipts: this.#receipts,
      runs,
      workstreams: world.all("workstream").map((row) => toWire("workstream", row)),
      jobs: world.all("job").map((row) => toWire("job", row)),
      attempts: world.all("attempt").map((row) => toWire("attempt", row)),
      queues: world.all("queue").map((row) => toWire("queue", row)),
      sessions: world.all("session").map((row) => toWire("session", row)),
      tasks: world.all("task").map((row) => toWire("task", row)),
      approvals: world.all("approval").map((row) => toWire("approval", row)),
      agents: world.all("agent").map((row) => ({
        ...toWire("agent", row),
        breaker: toWire("breaker", world.row("breaker", row.id)),
        statistics: toWire("statistics", world.row("statistics", row.id)),
      })),
      incomplete: runs.filter((run) => run.finishedAt === null),
      verified: { valid: true, checked: this.#receipts.length },
    });
  }
}
