/** How many approvals wait; no rows come with it. */
export const WAITING_PATH = "/approvals?status=pending&limit=1&large=omit";

/** The part of the answer that is used. */
export interface Waiting {
  total?: number;
}
