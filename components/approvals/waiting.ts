/** How many approvals wait; no rows come with it. */
export const WAITING_PATH = "/approvals?status=pending&limit=1&large=omit";

/** What that answers, as far as it is of use. */
export interface Waiting {
  total?: number;
}
