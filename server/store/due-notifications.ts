import type { Channel, Delivery } from "../../domain/channel.ts";
import type { AlertNotice } from "../../domain/delivery.ts";
import type { LaneQueries } from "./lane-database.ts";

/** What the sender looks for in the database: deliveries whose time has come, with where they go, and escalations that are due. */

/** A delivery that is due, with what is needed to send it. Secrets are in it: it is not for answers or logs. */
export interface DueDelivery {
  tenantId: string;
  delivery: Pick<
    Delivery,
    "id" | "channelId" | "alertId" | "event" | "attempts" | "payload" | "replayOf" | "createdAt"
  >;
  channel: Pick<Channel, "channelKind" | "target" | "name" | "enabled" | "secret" | "previousSecret"> & {
    removed: boolean;
    /** How long ago the secret was rotated, ms; null when it never was. */
    rotatedMs: number | null;
  };
}

/** $1: most of one channel · $2: not these, as `tenant/id` · $3: most of all. */
const DUE_DELIVERIES = `SELECT /* due deliveries */ "tenantId", "delivery", "channel" FROM (
  SELECT d."tenantId", d."createdAt", d."id",
    row_number() OVER (PARTITION BY d."tenantId", d."channelId" ORDER BY d."createdAt", d."id") AS "n",
    json_build_object('id', d."id", 'channelId', d."channelId", 'alertId', d."alertId", 'event', d."event", 'attempts', d."attempts",
      'payload', d."payload", 'replayOf', d."replayOf",
      'createdAt', to_char(d."createdAt" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) AS "delivery",
    json_build_object('channelKind', c."channelKind", 'target', c."target", 'name', c."name", 'enabled', c."enabled", 'secret', c."secret",
      'previousSecret', c."previousSecret", 'removed', c."removedAt" IS NOT NULL,
      'rotatedMs', extract(epoch FROM now() - c."secretRotatedAt") * 1000) AS "channel"
  FROM "LogHead" AS h JOIN "Delivery" AS d ON d."tenantId" = h."tenantId" AND d."status" = 'pending'
  JOIN "Channel" AS c ON c."tenantId" = d."tenantId" AND c."id" = d."channelId"
  WHERE d."nextAt" <= now() AND NOT (d."tenantId" || '/' || d."id" = ANY ($2::text[]))
) AS due WHERE "n" <= $1::int ORDER BY "createdAt", "id" LIMIT $3::int`;

/** Deliveries that are due, oldest first: at most `perChannel` of each channel and `limit` in all, without those `except` names as `tenant/id`. */
export async function readDueDeliveries(
  queries: LaneQueries,
  { perChannel, limit, except }: { perChannel: number; limit: number; except: readonly string[] },
): Promise<DueDelivery[]> {
  return queries.query<DueDelivery>(DUE_DELIVERIES, [perChannel, except, limit]);
}

/** What a digest tells, in the order in which it happened: by commit, within one by the number at the end of the ids that it has given. */
const DIGEST_ENTRIES = `SELECT /* digest entries */ d."event",
    to_char(d."createdAt" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "at", d."payload" -> 'alert' AS "alert"
  FROM "Delivery" AS d WHERE d."tenantId" = $1 AND d."digestId" = $2 ORDER BY d."seq", length(d."id"), d."id"`;

/** What a digest that is sealed tells, in the order in which it happened. */
export async function readDigestEntries(
  queries: LaneQueries,
  tenantId: string,
  digestId: string,
): Promise<{ event: string; at: string; alert: AlertNotice }[]> {
  return queries.query(DIGEST_ENTRIES, [tenantId, digestId]);
}

const DUE_DIGESTS = `SELECT /* due digests */ d."tenantId", d."id" AS "deliveryId"
  FROM "LogHead" AS h JOIN "Delivery" AS d ON d."tenantId" = h."tenantId" AND d."status" = 'collecting'
  WHERE d."nextAt" <= now() LIMIT 500`;

/** Digests whose window is over. */
export async function readDueDigests(queries: LaneQueries): Promise<{ tenantId: string; deliveryId: string }[]> {
  return queries.query(DUE_DIGESTS, []);
}

/** $1: for how long the cause must have been over, ms. */
const DUE_UNFOLDED = `SELECT /* alerts to unfold */ a."tenantId", a."id" AS "alertId"
  FROM "LogHead" AS h JOIN "Alert" AS a ON a."tenantId" = h."tenantId" AND a."heldAt" IS NOT NULL AND a."status" = 'firing'
  LEFT JOIN "Alert" AS c ON c."tenantId" = a."tenantId" AND c."id" = a."causeId"
  WHERE c."id" IS NULL OR c."status" = 'pending' OR (c."status" = 'resolved' AND c."resolvedAt" <= now() - $1::int * interval '1 millisecond')
  LIMIT 500`;

/** Firing alerts that channels are held back from though their cause has been over for `settleMs`. */
export async function readDueUnfolded(
  queries: LaneQueries,
  settleMs: number,
): Promise<{ tenantId: string; alertId: string }[]> {
  return queries.query(DUE_UNFOLDED, [settleMs]);
}

const DUE_ESCALATIONS = `SELECT /* due escalations */ a."tenantId", a."id" AS "alertId",
    to_char(a."escalateAt" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "escalateAt"
  FROM "LogHead" AS h JOIN "Alert" AS a ON a."tenantId" = h."tenantId" AND a."status" = 'firing'
  WHERE a."escalateAt" <= now() LIMIT 500`;

/** Firing alerts that nobody has acknowledged in time. */
export async function readDueEscalations(
  queries: LaneQueries,
): Promise<{ tenantId: string; alertId: string; escalateAt: string }[]> {
  return queries.query(DUE_ESCALATIONS, []);
}

const PENDING = `SELECT /* pending deliveries */ count(*)::int AS "pending",
    coalesce(extract(epoch FROM now() - min(d."createdAt")), 0)::float8 AS "oldest"
  FROM "LogHead" AS h JOIN "Delivery" AS d ON d."tenantId" = h."tenantId" AND d."status" = 'pending'`;

/** How many deliveries are on their way, and how old the oldest is, seconds. */
export async function readPendingDeliveries(queries: LaneQueries): Promise<{ pending: number; oldest: number }> {
  const [found] = await queries.query<{ pending: number; oldest: number }>(PENDING, []);
  return found ?? { pending: 0, oldest: 0 };
}
