/** SQL for a time as rows carry it: RFC 3339, UTC, to the millisecond. `column` is an SQL expression of type timestamptz. */
export const isoOf = (column: string): string =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/**
 * SQL for a time that the database's clock cannot have given, as it is still ahead: it was written
 * while the clock was wrong. Five seconds allow for two servers' clocks.
 */
export const AHEAD = "(now() + interval '5 seconds')";
