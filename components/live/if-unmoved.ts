import { ApiProblem, api } from "./api.ts";
import type { Live } from "./newer.ts";

type Versioned = Live & { version: number };

/** How often a row may change in ways that do not matter, such as its jobs' progress, between being looked at and being acted on. */
const TRIES = 5;

/**
 * Posts a decision on a row, if the row still stands as it was seen; else nothing happens, and the problem (412) says how it stands and carries it.
 *
 * @param isSame whether the row as it is now is, for this decision, the one that was seen
 * @param wordsFor what to say of the row as it is now, for people
 * @throws ApiProblem
 */
export async function postIfSame<T, R extends Versioned>(
  path: string,
  seen: R,
  body: unknown,
  isSame: (now: R) => boolean,
  wordsFor: (now: R) => string,
): Promise<T> {
  let { version } = seen;
  for (let left = TRIES; ; left -= 1) {
    try {
      return await api.postIf<T>(path, version, body);
    } catch (thrown) {
      const now =
        thrown instanceof ApiProblem && thrown.status === 412 ? (thrown.body.row as R | undefined) : undefined;
      if (!now || !(thrown instanceof ApiProblem)) throw thrown;
      if (isSame(now) && left > 0) version = now.version;
      else throw new ApiProblem(thrown.status, thrown.code, wordsFor(now), [], [], thrown.body);
    }
  }
}

/** `postIfSame` for a move: the row must still be in the status that was seen. */
export const postIfUnmoved = <T, R extends Versioned & { status: string }>(
  path: string,
  seen: R,
  body: unknown,
  wordsFor: (now: R) => string,
): Promise<T> => postIfSame<T, R>(path, seen, body, (now) => now.status === seen.status, wordsFor);
