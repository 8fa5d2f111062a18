import { z } from "zod";
import { named } from "./endpoint.ts";
import { at, count, counts, maybeAt, rate, text } from "./fields.ts";
import { BREAKER_STATES, RUN_STATUSES } from "./statuses.ts";

/** Figures that are of no area alone: the overview's, and those of the process that answers. */

const minute = z.object({
  t: at.meta({ description: "The minute's beginning" }),
  completed: count.nullable().meta({ description: "Null for a minute in which no server was there to count" }),
  failed: count.nullable(),
});
/** Calls to agents that ended within one minute. */
export type Minute = z.infer<typeof minute>;

export const summary = named(
  "Summary",
  z.object({
    runs: z.object({ byStatus: counts(RUN_STATUSES) }),
    successRate: z
      .object({ rate: z.number().nullable(), completed: count, ended: count, windowMs: count })
      .meta({ description: "Of the runs that ended by themselves (not cancelled) in the last `windowMs`" }),
    queue: z
      .object({ waiting: count, queued: count, later: count, running: count, oldestQueuedAt: maybeAt })
      .meta({ description: "`later`: how many of the queued ones are to start later" }),
    breakers: counts(BREAKER_STATES),
    alerts: counts(["firing", "acknowledged"]),
    agents: z.object({ total: count, busy: count, capacity: count }),
    throughput: z.array(minute).meta({
      description: "Calls to agents that ended, by minute, the oldest first: sixty, the last one not over yet",
    }),
    head: count.meta({ description: "Position of the log the figures are true at" }),
  }),
);
/** The overview's figures. */
export type Summary = z.infer<typeof summary>;

/** Who may serve a row: the process that was asked, the Redis that servers share, or Postgres. */
export const TIERS = ["memory", "redis", "durable"] as const;
export type TierName = (typeof TIERS)[number];

const tierReads = z.object({ hits: count, misses: count, hitRatio: rate.nullable() });
/**
 * How often a tier was asked since the start, and could answer; the ratio is null before the first
 * time.
 */
export type TierReads = z.infer<typeof tierReads>;

const tierSize = z.object({ rows: count, bytes: count, up: z.boolean().meta({ description: "It can be asked now" }) });
/** What a hot tier holds; of Redis, what the whole of it does. */
export type TierSize = z.infer<typeof tierSize>;

const hotTier = tierReads.extend(tierSize.shape);

export const system = named(
  "System",
  z.object({
    uptimeMs: count,
    node: text,
    memory: z
      .object({
        rssBytes: count,
        heapUsedBytes: count,
        heapTotalBytes: count,
        externalBytes: count,
        heapLimitBytes: count.meta({ description: "What V8 lets the heap grow to" }),
        limitBytes: count.meta({ description: "Memory of the machine or the container" }),
        short: z.boolean().meta({ description: "Close to a limit: the hot tier gives way" }),
      })
      .nullable()
      .meta({ description: "Of the process; null for who is no admin of tenant `default`" }),
    hotTier: z
      .object({
        backend: z.enum(["memory", "redis"]),
        ttlMs: count,
        maxBytes: count.meta({ description: "Bound of the rows in this process, as estimated" }),
        memory: hotTier,
        redis: hotTier.nullable(),
        durable: tierReads,
      })
      .nullable()
      .meta({ description: "Like `memory`" }),
    disks: z
      .array(
        z.object({
          holds: z.enum(["database", "archive"]),
          folder: text,
          freeBytes: count,
          totalBytes: count,
          short: z.boolean().meta({ description: "Nearly full" }),
        }),
      )
      .nullable()
      .meta({ description: "Room on the disks of the folders that this server fills; like `memory`" }),
    links: z
      .object({ origin: text, local: z.boolean().meta({ description: "Only this machine can open them" }) })
      .meta({ description: "What links in notifications begin with" }),
    log: z.object({
      head: count,
      floor: count,
      aheadMs: count.meta({ description: "How far the newest event lies ahead of the database's clock; 0 as a rule" }),
    }),
    keeps: z
      .object({
        eventsMs: count,
        sessionsMs: count,
        decisionsMs: count,
        keysMs: count,
        archived: z.boolean().meta({ description: "Events are put into an archive before they leave" }),
      })
      .meta({ description: "How long what is over is kept; sessions expire after as long untouched" }),
  }),
);
/** The process that answers. */
export type System = z.infer<typeof system>;
