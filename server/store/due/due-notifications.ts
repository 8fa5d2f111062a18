import type { Channel, Delivery } from "../../../domain/alerts/contract.ts";
import { type AlertNotice, NO_ANSWER } from "../../../domain/alerts/delivery.ts";
import type { LaneQueries } from "../lane/lane-database.ts";
import { isoOf } from "../sql.ts";

/**
 * What the notifier polls the database for: due deliveries with their channels, and due
 * escalations.
 */

/** A due delivery with what is needed to send it. Contains secrets: not for answers or logs. */
export interface DueDelivery {
  tenantId: string;
  delivery: Pick<
    Delivery,
    "id" | "channelId" | "alertId" | "event" | "attempts" | "payload" | "replayOf" | "createdAt"
  >;
  channel: Pick<Channel, "channelKind" | "target" | "name" | "enabled" | "secret" | "previousSecret"> & {
    /** The channel was removed, or another one has taken its id since. */
    removed: boolean;
    /** How long ago the secret was rotated, ms; null when it never was. */
    rotatedMs: number | null;
  };
  /** It is the end of a firing whose start never reached the channel. */
  startLost: boolean;
}

/**
 * Times beyond this were written by a clock that was far ahead and has been corrected since: they
 * do not wait.
 */
const AHEAD = "now() + interval '5 seconds'";

/** Events that say an alert fires. */
const BEGINNINGS = "('alert.fired', 'alert.reopened', 'alert.unacknowledged', 'alert.woken', 'alert.escalated')";

/**
 * Sort key of a delivery's creation: by commit (several may share a time), then by the number at
 * the end of its id.
 */
const made = (d: string): string =>
  `(${d}."createdAt", coalesce((${d}."payload" -> 'alert' ->> 'version')::int, 0), length(${d}."id"), ${d}."id")`;

/**
 * Whether an earlier delivery than \`d\`, about one of the same alerts, is still on its way to the
 * channel.
 */
const OVERTAKES = `(EXISTS (SELECT 1 FROM "Delivery" AS o
      LEFT JOIN "Delivery" AS p ON p."tenantId" = o."tenantId" AND p."id" = o."digestId"
      WHERE o."tenantId" = d."tenantId" AND o."alertId" = d."alertId" AND o."channelId" = d."channelId" AND o."replayOf" IS NULL
        AND coalesce(p."status", o."status") = 'pending' AND ${made("o")} < ${made("d")})
    OR (d."event" = 'alert.digest' AND EXISTS (SELECT 1 FROM "Delivery" AS e
      JOIN "Delivery" AS o ON o."tenantId" = e."tenantId" AND o."alertId" = e."alertId" AND o."channelId" = e."channelId" AND o."replayOf" IS NULL
      LEFT JOIN "Delivery" AS p ON p."tenantId" = o."tenantId" AND p."id" = o."digestId"
      WHERE e."tenantId" = d."tenantId" AND e."digestId" = d."id" AND o."digestId" IS DISTINCT FROM d."id"
        AND coalesce(p."status", o."status") = 'pending' AND ${made("o")} < ${made("e")})))`;

/** Whether a delivery, or its digest, was given up. One that timed out may have arrived. */
const GIVEN_UP = `(coalesce(p."status", m."status") = 'failed' AND coalesce(p."error", m."error", '') NOT LIKE '%${NO_ANSWER}')`;

/**
 * Whether \`d\` is the end of a firing whose start never reached the channel: all deliveries of it
 * were given up.
 */
const START_LOST = `(d."event" = 'alert.resolved' AND d."replayOf" IS NULL AND coalesce((SELECT bool_and(${GIVEN_UP}) FROM "Delivery" AS m
    LEFT JOIN "Delivery" AS p ON p."tenantId" = m."tenantId" AND p."id" = m."digestId"
    WHERE m."tenantId" = d."tenantId" AND m."alertId" = d."alertId" AND m."channelId" = d."channelId" AND m."event" IN ${BEGINNINGS}
      AND m."createdAt" >= (d."payload" -> 'alert' ->> 'firedAt')::timestamptz AND ${made("m")} < ${made("d")}), false))`;

/** Whether \`d\` says that something has ended. */
const SAYS_ENDED = `(d."event" = 'alert.resolved' OR (d."event" = 'alert.digest' AND EXISTS (SELECT 1 FROM "Delivery" AS e
    WHERE e."tenantId" = d."tenantId" AND e."digestId" = d."id" AND e."event" = 'alert.resolved')))`;

/**
 * Whether \`d\` says that something fires which still does, and was on its way when its channel was
 * turned off. A channel that is off gets nothing new.
 */
const STILL_FIRES = `(d."replayOf" IS NULL AND EXISTS (SELECT 1 FROM "Delivery" AS e
    JOIN "Alert" AS a ON a."tenantId" = e."tenantId" AND a."id" = e."alertId" AND a."status" = 'firing'
    WHERE e."tenantId" = d."tenantId" AND (e."id" = d."id" OR e."digestId" = d."id") AND e."event" IN ${BEGINNINGS}))`;

/**
 * Whether the channel is turned off and this is kept for it until it is on again, for seven days at
 * most.
 */
const WAITS_FOR_CHANNEL = `(NOT c."enabled" AND c."removedAt" IS NULL AND d."createdAt" > now() - interval '7 days' AND (${SAYS_ENDED} OR ${STILL_FIRES}))`;

/** $1: limit per channel · $2: exclude these, as `tenant/id` · $3: limit in all. */
const DUE_DELIVERIES = `SELECT /* due deliveries */ "tenantId", "delivery", "channel", "startLost" FROM (
  SELECT d."tenantId", d."createdAt", d."id",
    row_number() OVER (PARTITION BY d."tenantId", d."channelId" ORDER BY d."createdAt", d."id") AS "n",
    json_build_object('id', d."id", 'channelId', d."channelId", 'alertId', d."alertId", 'event', d."event", 'attempts', d."attempts",
      'payload', d."payload", 'replayOf', d."replayOf",
      'createdAt', ${isoOf('d."createdAt"')}) AS "delivery",
    json_build_object('channelKind', c."channelKind", 'target', c."target", 'name', c."name", 'enabled', c."enabled", 'secret', c."secret",
      'previousSecret', c."previousSecret", 'removed', c."removedAt" IS NOT NULL OR (c."createdAt" > d."createdAt" AND c."createdAt" <= now()),
      'rotatedMs', extract(epoch FROM now() - c."secretRotatedAt") * 1000) AS "channel",
    ${START_LOST} AS "startLost"
  FROM "LogHead" AS h JOIN "Delivery" AS d ON d."tenantId" = h."tenantId" AND d."status" = 'pending'
  JOIN "Channel" AS c ON c."tenantId" = d."tenantId" AND c."id" = d."channelId"
  WHERE (d."nextAt" <= now() OR (h."at" > ${AHEAD} AND d."updatedAt" > ${AHEAD})) AND NOT (d."tenantId" || '/' || d."id" = ANY ($2::text[]))
    AND NOT ${WAITS_FOR_CHANNEL} AND (d."replayOf" IS NOT NULL OR NOT ${OVERTAKES})
) AS due WHERE "n" <= $1::int ORDER BY "createdAt", "id" LIMIT $3::int`;

/**
 * Due deliveries, oldest first: at most `perChannel` of each channel and `limit` in all, without
 * those in `except` (`tenant/id`). A delivery is not due while an earlier one about the same alert
 * is on its way to the same channel.
 */
export async function readDueDeliveries(
  queries: LaneQueries,
  { perChannel, limit, except }: { perChannel: number; limit: number; except: readonly string[] },
): Promise<DueDelivery[]> {
  return queries.query<DueDelivery>(DUE_DELIVERIES, [perChannel, except, limit]);
}

/**
 * The entries of a digest in order: by commit, within one by the number at the end of their ids.
 */
const DIGEST_ENTRIES = `SELECT /* digest entries */ d."event",
    ${isoOf('d."createdAt"')} AS "at", d."payload" -> 'alert' AS "alert"
  FROM "Delivery" AS d WHERE d."tenantId" = $1 AND d."digestId" = $2 AND NOT ${START_LOST} ORDER BY d."seq", length(d."id"), d."id"`;

/** The entries of a sealed digest in order, without ends whose start never reached the channel. */
export async function readDigestEntries(
  queries: LaneQueries,
  tenantId: string,
  digestId: string,
): Promise<{ event: string; at: string; alert: AlertNotice }[]> {
  return queries.query(DIGEST_ENTRIES, [tenantId, digestId]);
}

const DUE_DIGESTS = `SELECT /* due digests */ d."tenantId", d."id" AS "deliveryId"
  FROM "LogHead" AS h JOIN "Delivery" AS d ON d."tenantId" = h."tenantId" AND d."status" = 'collecting'
  WHERE d."nextAt" <= now() OR (h."at" > ${AHEAD} AND d."createdAt" > ${AHEAD}) LIMIT 500`;

/** Digests whose window has ended. */
export async function readDueDigests(queries: LaneQueries): Promise<{ tenantId: string; deliveryId: string }[]> {
  return queries.query(DUE_DIGESTS, []);
}

/** $1: how long the cause must have been over, ms. */
const DUE_UNINHIBITED = `SELECT /* alerts to unfold */ a."tenantId", a."id" AS "alertId"
  FROM "LogHead" AS h JOIN "Alert" AS a ON a."tenantId" = h."tenantId" AND a."heldAt" IS NOT NULL AND a."status" = 'firing'
  LEFT JOIN "Alert" AS c ON c."tenantId" = a."tenantId" AND c."id" = a."causeId"
  WHERE c."id" IS NULL OR c."status" = 'pending' OR (c."status" = 'resolved' AND ((h."at" > ${AHEAD} AND c."resolvedAt" > ${AHEAD}) OR c."resolvedAt" <= now() - $1::int * interval '1 millisecond'))
  LIMIT 500`;

/**
 * Firing alerts still inhibited on some channels although their cause has been over for `settleMs`.
 */
export async function readUninhibited(
  queries: LaneQueries,
  settleMs: number,
): Promise<{ tenantId: string; alertId: string }[]> {
  return queries.query(DUE_UNINHIBITED, [settleMs]);
}

const DUE_ESCALATIONS = `SELECT /* due escalations */ a."tenantId", a."id" AS "alertId",
    ${isoOf('a."escalateAt"')} AS "escalateAt"
  FROM "LogHead" AS h JOIN "Alert" AS a ON a."tenantId" = h."tenantId" AND a."status" = 'firing'
  WHERE a."escalateAt" <= now() OR (h."at" > ${AHEAD} AND a."escalateAt" IS NOT NULL AND a."updatedAt" > ${AHEAD}) LIMIT 500`;

/** Firing alerts not acknowledged in time. */
export async function readDueEscalations(
  queries: LaneQueries,
): Promise<{ tenantId: string; alertId: string; escalateAt: string }[]> {
  return queries.query(DUE_ESCALATIONS, []);
}

const PENDING = `SELECT /* pending deliveries */ count(*)::int AS "pending",
    coalesce(extract(epoch FROM now() - min(d."createdAt")), 0)::float8 AS "oldest"
  FROM "LogHead" AS h JOIN "Delivery" AS d ON d."tenantId" = h."tenantId" AND d."status" = 'pending'
  JOIN "Channel" AS c ON c."tenantId" = d."tenantId" AND c."id" = d."channelId" AND (c."enabled" OR d."event" = 'test')`;

/** How many deliveries are pending for enabled channels, and the age of the oldest, seconds. */
export async function readPendingDeliveries(queries: LaneQueries): Promise<{ pending: number; oldest: number }> {
  const [found] = await queries.query<{ pending: number; oldest: number }>(PENDING, []);
  return found ?? { pending: 0, oldest: 0 };
}
