/**
 * How many jobs, or workstreams, one commit moves because of what happened to another: the clock
 * goes on with the rest.
 */
export const CASCADE_LIMIT = 500;
