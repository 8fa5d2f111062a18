import { StoreError } from "../errors.ts";

/**
 * How much one batch may read and write. Commits that are too much only together are settled in
 * parts; a single one is refused.
 */

/** Rows that one batch may read; a clean-up removes a whole run, which may have 150,000. */
export const MAX_READ = 200_000;
/**
 * Rows that one batch may write: some seconds of blocking the log, well within the statement
 * timeout.
 */
export const MAX_PUT = 15_000;

/** A batch reads or writes more rows than allowed at once. */
export class TooWide extends Error {
  override name = "TooWide";
}

/** The refusal of a single commit that is too wide. */
export function tooMuchAtOnce(): StoreError {
  const message = `this commit changes more than ${MAX_PUT} rows at once: send it in parts`;
  return new StoreError("commit_refused", message, { errors: [{ index: -1, code: "too_much_at_once", message }] });
}

/** The refusal of a commit whose data Postgres rejects. */
export function notStorable(): StoreError {
  const message = "the database refused this commit's data";
  return new StoreError("commit_refused", message, { errors: [{ index: -1, code: "not_storable", message }] });
}
