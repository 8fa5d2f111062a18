import { DAY_MS } from "../../domain/kernel/time.ts";
import { type Due, readDue, readLeftBehind } from "../store/due/due.ts";
import { readIncompleteRuns } from "../store/due/recovery.ts";
import { readRuleChanges } from "../store/due/rules.ts";
import { StoreError } from "../store/errors.ts";
import type { Committer, Store } from "../store/index.ts";
import type { LaneQueries } from "../store/lane/lane-database.ts";
import { createLeaderLoop, type LeaderLoop } from "../store/leader-loop.ts";

/**
 * The clock: commits what becomes due by time. One node leads, by a lease row on database time; a
 * second leader would do no harm, as every commit carries the attempt, epoch or deadline it saw.
 * Each round reads what is due and commits it. A leader's first round is the recovery from whatever
 * stopped the last one: it finds what has become due meanwhile, and logs it.
 */
export interface ClockDeps {
  store: Pick<Store, "commit">;
  queries: LaneQueries;
  log: { info(facts: object, message: string): void; warn(facts: object, message: string): void };
  /** How long a session may be idle before it expires, ms. */
  sessionRetentionMs?: number;
  /** Interval, ms; timers fire within 500 ms of their time. */
  everyMs?: number;
}

/**
 * Short, so that a server started after a crash leads at once. After a longer pause there may be
 * two leaders for a moment, which does no harm.
 */
const LEASE_MS = 1000;
/** Number of rounds between the heavier searches for what long cascades left behind. */
const SLOW_ROUND = 10;
/** Number of rounds between checks of the alert rules: about three seconds. */
const RULE_ROUND = 15;
const COMMIT_SIZE = 100;
/** The end of a run ends up to 500 jobs with it: ten runs make a commit. */
const WEIGHT_OF_RUN = 10;
const SEVEN_DAYS_MS = 7 * DAY_MS;
const CLOCK: Committer = { id: "system:clock", actor: "system:clock" };

export function createClock({
  store,
  queries,
  log,
  sessionRetentionMs = SEVEN_DAYS_MS,
  everyMs = 200,
}: ClockDeps): LeaderLoop {
  let rules: Promise<void> | undefined;
  let rounds = 0;
  let leftBehind = 0;
  let leading = false;

  const round = async (lead: () => Promise<boolean>): Promise<void> => {
    const begins = !leading;
    leading = await lead();
    if (!leading) return;
    rounds += 1;
    const due = await readDue(queries, sessionRetentionMs);
    const found = begins ? countDue(due) : null;
    // While a cascade is unfinished, every round continues it.
    if (leftBehind > 0 || rounds % SLOW_ROUND === 1) {
      const left = await readLeftBehind(queries);
      leftBehind = left.length;
      due.push(...left);
    }
    await commitAll(store, due, log);
    if (rounds % RULE_ROUND === 0) rules ??= checkRules();
    if (found) log.info({ ...(await readIncompleteRuns(queries)), ...found }, "recovered");
  };

  // Separate from the rounds: with many tenants it may take longer than a timer may wait.
  const checkRules = () =>
    readRuleChanges(queries)
      .then((due) => commitAll(store, due, log))
      .then(() => {
        rulesFail = false;
      })
      .catch((error: unknown) => {
        if (!rulesFail) log.warn({ err: error }, "the alert rules could not be checked; they are checked again soon");
        rulesFail = true;
      })
      .finally(() => {
        rules = undefined;
      });
  let rulesFail = false;

  return createLeaderLoop({
    name: "clock",
    queries,
    leaseMs: LEASE_MS,
    everyMs,
    round,
    // The database is away or the lane is full: the next round retries. Logged once, not five times
    // a second.
    failed(error, again) {
      if (!again) log.warn({ err: error }, "a round of the clock failed; it goes on when it can");
    },
    settle: async () => rules,
  });
}

/** What a new leader finds overdue: leases of attempts, open breakers, and others. */
function countDue(due: readonly Due[]) {
  const count = (test: (mutation: Due["mutation"]) => boolean) => due.filter(({ mutation }) => test(mutation)).length;
  const expiredLeases = count((mutation) => mutation.type === "job.expire" && mutation.why === "lease");
  const dueBreakers = count((mutation) => mutation.type === "breaker.tick");
  return { expiredLeases, dueBreakers, dueTimers: due.length - expiredLeases - dueBreakers };
}

/** Commits what is due, tenant by tenant, in bounded pieces. */
async function commitAll(store: Pick<Store, "commit">, due: readonly Due[], log: ClockDeps["log"]): Promise<void> {
  const byTenant = new Map<string, Due[]>();
  for (const one of due) {
    const known = byTenant.get(one.tenantId);
    if (known) known.push(one);
    else byTenant.set(one.tenantId, [one]);
  }
  for (const [tenantId, all] of byTenant) {
    try {
      const mutations = all.map((one) => one.mutation);
      for (let from = 0; from < mutations.length; ) {
        const piece = pieceFrom(mutations, from);
        await commitPiece(store, tenantId, piece, log);
        from += piece.length;
      }
    } catch (error) {
      // One tenant's full lane must not stop the others' timers; the next round retries.
      log.warn({ err: error, tenantId }, "the clock could not commit");
    }
  }
}

/** The mutations of the next commit. */
function pieceFrom(mutations: readonly Due["mutation"][], from: number): Due["mutation"][] {
  let weight = 0;
  let to = from;
  while (to < mutations.length && weight < COMMIT_SIZE) {
    weight += mutations[to]?.type === "run.timeout" ? WEIGHT_OF_RUN : 1;
    to += 1;
  }
  return mutations.slice(from, to);
}

/**
 * A bad mutation must not hold back the others: a piece that is refused is committed in halves,
 * down to the single one.
 */
async function commitPiece(
  store: Pick<Store, "commit">,
  tenantId: string,
  mutations: Due["mutation"][],
  log: ClockDeps["log"],
): Promise<void> {
  try {
    await store.commit(tenantId, CLOCK, { mutations });
  } catch (error) {
    const isRefused = error instanceof StoreError && error.code === "commit_refused";
    // The database is away, or the lane is full: the next round retries all of it.
    if (error instanceof StoreError && !isRefused) throw error;
    if (mutations.length === 1) {
      const why = isRefused ? { errors: error.errors } : { err: error };
      return log.warn({ mutation: mutations[0], ...why }, "the clock was refused");
    }
    const middle = Math.ceil(mutations.length / 2);
    await commitPiece(store, tenantId, mutations.slice(0, middle), log);
    await commitPiece(store, tenantId, mutations.slice(middle), log);
  }
}
