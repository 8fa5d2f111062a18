import { StoreError } from "../errors.ts";

/** How much one batch may reach. Many commits that are too much together are settled in parts; one that is alone is refused. */

/** Rows that one batch may read; a clean-up takes a whole run, which may have 150,000. */
export const MAX_READ = 200_000;
/** Rows that one batch may put: seconds of the database's time, in which nobody else commits; well within what a statement may take. */
export const MAX_PUT = 15_000;

/** A batch reaches more rows than are changed at once. */
export class TooWide extends Error {
  override name = "TooWide";
}

/** The refusal of a commit that is too wide by itself. */
export function tooMuchAtOnce(): StoreError {
  const message = `this commit changes more than ${MAX_PUT} rows at once: send it in parts`;
  return new StoreError("commit_refused", message, { errors: [{ index: -1, code: "too_much_at_once", message }] });
}

/** The refusal of a commit whose data the database will not have. */
export function notStorable(): StoreError {
  const message = "the database refused this commit's data";
  return new StoreError("commit_refused", message, { errors: [{ index: -1, code: "not_storable", message }] });
}
