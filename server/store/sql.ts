/**
 * SQL for a time in the wire format: RFC 3339, UTC, milliseconds. `column` is an SQL expression of
 * type timestamptz.
 */
export const isoOf = (column: string): string =>
  `to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/**
 * SQL for a time in the future that the database's clock cannot have given: it was written while
 * the clock was wrong. Five seconds allow for differences between servers' clocks.
 */
export const AHEAD = "(now() + interval '5 seconds')";
