import type { Registry } from "prom-client";
import type { Notice } from "../../domain/alerts/delivery.ts";
import type { Mutation } from "../../domain/commit/mutations.ts";
import {
  type DueDelivery,
  readDigestEntries,
  readDueDeliveries,
  readDueDigests,
  readDueEscalations,
  readUninhibited,
} from "../store/due/due-notifications.ts";
import { StoreError } from "../store/errors.ts";
import type { LaneQueries } from "../store/lane/lane-database.ts";
import { createLeaderLoop, type LeaderLoop } from "../store/leader-loop.ts";
import type { Committer, Store } from "../store/types.ts";
import type { Guard } from "./guard.ts";
import { createMailer, type SmtpSettings } from "./mailer.ts";
import { createNotifyMetrics } from "./metrics.ts";
import type { Sent } from "./post.ts";
import { retryAfter } from "./retry.ts";
import { sendDelivery } from "./send.ts";

/**
 * The sender of notifications. Commits create deliveries; one node, by a lease row on database
 * time, polls for due ones, sends them and commits the outcome. If a sender dies between sending
 * and commit, the next one sends again under the same id: receivers get everything at least once.
 * The same leader commits what becomes due: escalations, digests whose window has ended, alerts
 * whose cause has ended.
 */
export interface NotifierDeps {
  store: Pick<Store, "commit" | "now">;
  queries: LaneQueries;
  registry: Registry;
  log: { warn(facts: object, message: string): void };
  guard: Guard;
  /** The operator's mail server; undefined: no e-mail. */
  smtp?: SmtpSettings | undefined;
  /** Address of the console, for links. */
  publicUrl: () => string;
  /** Delays before retries, ms, one entry per retry. */
  scheduleMs?: readonly number[];
  /** How long a receiver may take to answer, ms. */
  timeoutMs?: number;
  /**
   * How long after its cause has ended a still firing alert is notified, ms: alerts that end with
   * the cause need time to do so.
   */
  settleMs?: number;
  /** Polling interval, ms. */
  everyMs?: number;
}

const LEASE_MS = 2000;
/** Concurrent sends, in all and per channel: a slow receiver does not hold up the others. */
const AT_ONCE = 32;
const PER_CHANNEL = 4;
/** More than the clock needs to check all rules, ms. */
const SETTLE_MS = 6_000;
const SENDER: Committer = { id: "system:notifier", actor: "system:notifier" };

export function createNotifier(deps: NotifierDeps): LeaderLoop {
  const { store, queries, log, guard, publicUrl, scheduleMs, timeoutMs = 10_000, everyMs = 250 } = deps;
  const metrics = createNotifyMetrics(deps.registry, queries);
  const mailer = deps.smtp && createMailer(deps.smtp);
  const { settleMs = SETTLE_MS } = deps;
  /** Deliveries being sent, by `tenant/id`, with their channel and alert. */
  const underWay = new Map<string, { channel: string; alert: string; done: Promise<void> }>();

  const commit = async (tenantId: string, mutation: Mutation): Promise<void> => {
    try {
      await store.commit(tenantId, SENDER, { mutations: [mutation] });
    } catch (error) {
      if (!(error instanceof StoreError) || error.code !== "commit_refused") throw error;
      log.warn({ tenantId, type: mutation.type, errors: error.errors }, "the sender was refused");
    }
  };

  const send = async (due: DueDelivery, signal: AbortSignal): Promise<void> => {
    const { tenantId, delivery } = due;
    const isDigest = (delivery.payload as Notice).digest !== undefined;
    const entries = isDigest ? await readDigestEntries(queries, tenantId, delivery.replayOf ?? delivery.id) : [];
    const sent = await sendDelivery(due, entries, {
      guard,
      mailer,
      publicUrl: publicUrl(),
      timeoutMs,
      signal,
      now: store.now,
    });
    // Aborted by the end of this process: the outcome is unknown, so it stays pending and the next
    // sender sends it.
    if (signal.aborted && !sent.ok) return;
    await commit(due.tenantId, outcomeOf(due, sent, scheduleMs));
    metrics.sent(due.channel.channelKind, sent.ok);
  };

  const startSending = (due: DueDelivery, signal: AbortSignal): void => {
    const { tenantId, delivery } = due;
    const key = `${tenantId}/${delivery.id}`;
    const channel = `${tenantId}/${delivery.channelId}`;
    const done = send(due, signal)
      .catch((error: unknown) => {
        log.warn(
          { err: error, tenantId, deliveryId: delivery.id },
          "what came of a delivery could not be written down",
        );
      })
      .finally(() => underWay.delete(key));
    underWay.set(key, { channel, alert: `${channel}/${delivery.alertId ?? delivery.id}`, done });
  };

  /**
   * One alert's notifications go to a channel one after the other, so that the end does not arrive
   * before the firing.
   */
  const mayStart = ({ tenantId, delivery }: DueDelivery): boolean => {
    const all = [...underWay.values()];
    const channel = `${tenantId}/${delivery.channelId}`;
    const alert = `${channel}/${delivery.alertId ?? delivery.id}`;
    const toChannel = all.filter((one) => one.channel === channel);
    return all.length < AT_ONCE && toChannel.length < PER_CHANNEL && !toChannel.some((one) => one.alert === alert);
  };

  /** One tenant's full lane must not stop the others' timers; the next round retries. */
  const commitDue = ({ tenantId, mutation }: { tenantId: string; mutation: Mutation }): Promise<void> =>
    commit(tenantId, mutation).catch((error: unknown) => {
      log.warn({ err: error, tenantId, type: mutation.type }, "the sender could not commit");
    });

  /** Notifications due by time. Each may be repeated or late. */
  const readDueByTime = async (): Promise<{ tenantId: string; mutation: Mutation }[]> => {
    const [uninhibited, escalations, digests] = await Promise.all([
      readUninhibited(queries, settleMs),
      readDueEscalations(queries),
      readDueDigests(queries),
    ]);
    return [
      ...uninhibited.map(({ tenantId, ...one }) => ({ tenantId, mutation: { type: "alert.unfold", ...one } as const })),
      ...escalations.map(({ tenantId, ...one }) => ({
        tenantId,
        mutation: { type: "alert.escalate", ...one } as const,
      })),
      ...digests.map(({ tenantId, ...one }) => ({ tenantId, mutation: { type: "delivery.seal", ...one } as const })),
    ];
  };

  const round = async (lead: () => Promise<boolean>, signal: AbortSignal): Promise<void> => {
    if (!(await lead())) return;
    await Promise.all((await readDueByTime()).map(commitDue));
    if (underWay.size >= AT_ONCE) return;
    const except = [...underWay.keys()];
    for (const due of await readDueDeliveries(queries, { perChannel: PER_CHANNEL, limit: AT_ONCE, except })) {
      if (!signal.aborted && mayStart(due)) startSending(due, signal);
    }
  };

  return createLeaderLoop({
    name: "notify",
    queries,
    leaseMs: LEASE_MS,
    everyMs,
    round,
    // The database is away: the next round retries. Logged once, not four times a second.
    failed(error, again) {
      if (!again) log.warn({ err: error }, "a round of the sender failed; it goes on when it can");
    },
    // No other node may send what is still being sent.
    settle: () => Promise.all([...underWay.values()].map((one) => one.done)),
  });
}

/** The mutation for the outcome of a try. A test is tried only once: its caller waits. */
function outcomeOf({ delivery }: DueDelivery, sent: Sent, scheduleMs: readonly number[] | undefined): Mutation {
  const attempt = delivery.attempts + 1;
  const result = { deliveryId: delivery.id, attempt, responseStatus: sent.status };
  if (sent.ok) return { type: "delivery.succeed", ...result, error: sent.error };
  const again = sent.retry && delivery.event !== "test";
  const retryInMs = again ? retryAfter(attempt, sent.retryAfterMs ?? 0, scheduleMs) : null;
  return { type: "delivery.fail", ...result, error: sent.error ?? "failed", retryInMs };
}
