/** What a replay can show of a position. */
export const SHOWS = ["timeline", "board", "state"] as const;
export type Show = (typeof SHOWS)[number];
