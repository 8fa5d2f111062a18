import type { Tag } from "../../client/core/http.ts";
import { SwitchyardError } from "../../client/core/problem.ts";
import type { AnswerOf, Endpoint, GivenBody, PathOf } from "../../domain/kernel/endpoint.ts";
import { api } from "./api.ts";
import type { Live } from "./newer.ts";

type Versioned = { readonly version: number };

/** What came of a write: it is done, or somebody else has changed the row meanwhile, which is now as `theirs` says. */
export type Written<T, R> = { done: T } | { theirs: R; problem: SwitchyardError };

/** How often a row may change in ways that do not matter, such as its jobs' progress, between being looked at and being acted on. */
const TRIES = 5;

const versionOf = ({ version }: Versioned): Tag => version;

/**
 * Writes a row, if it still stands as it was seen; else nothing happens.
 *
 * @param write the request, with what must be named as seen
 * @param seen the row as it was seen; null for one that was not there
 * @param isSame whether the row as it is now is, for this write, the one that was seen
 * @param tagOf what the row is named by: its version, if left out
 * @throws SwitchyardError for every other refusal
 */
export async function writeIfSame<T, R extends Versioned, S extends Versioned = R>(
  write: (tag: Tag) => Promise<T>,
  seen: S | null,
  isSame: (now: R) => boolean,
  tagOf: (row: R | S) => Tag = versionOf,
): Promise<Written<T, R>> {
  let tag = seen ? tagOf(seen) : 0;
  for (let left = TRIES; ; left -= 1) {
    try {
      return { done: await write(tag) };
    } catch (thrown) {
      const now = thrown instanceof SwitchyardError && thrown.status === 412 ? thrown.body.row : undefined;
      if (!now || !(thrown instanceof SwitchyardError)) throw thrown;
      if (!isSame(now as R) || left === 0) return { theirs: now as R, problem: thrown };
      tag = tagOf(now as R);
    }
  }
}

/** Whether an answer says that somebody else was first. */
export const isLost = (answer: unknown): answer is { theirs: unknown } =>
  typeof answer === "object" && answer !== null && "theirs" in answer;

/** Passes a write on; when somebody else was first, `onTheirs` gets the row as it is now, so that the next try is made in knowledge of it. */
export async function withTheirs<T, R>(write: Promise<T>, onTheirs: (now: R) => void): Promise<T> {
  try {
    return await write;
  } catch (thrown) {
    if (thrown instanceof SwitchyardError && thrown.status === 412 && thrown.body.row) onTheirs(thrown.body.row as R);
    throw thrown;
  }
}

/** What was done; throws the problem, in the words of `wordsFor` of the row as it is now, when somebody else was first. */
export function mustBeDone<T, R>(written: Written<T, R>, wordsFor: (now: R) => string): T {
  if ("done" in written) return written.done;
  const { theirs, problem } = written;
  throw new SwitchyardError(problem.status, problem.code, wordsFor(theirs), { body: problem.body });
}

/**
 * Posts a decision on a row, if the row still stands as it was seen; else nothing happens, and the problem (412) says how it stands and carries it.
 *
 * @param isSame whether the row as it is now is, for this decision, the one that was seen
 * @param wordsFor what to say of the row as it is now, for people
 * @throws SwitchyardError
 */
export async function postIfSame<E extends Endpoint & { readonly method: "POST" }, R extends Live & Versioned>(
  path: PathOf<E>,
  seen: R,
  body: GivenBody<E>,
  isSame: (now: R) => boolean,
  wordsFor: (now: R) => string,
  tagOf?: (row: R) => Tag,
): Promise<AnswerOf<E>> {
  const written = await writeIfSame<AnswerOf<E>, R>((tag) => api.postIf(path, tag, body), seen, isSame, tagOf);
  return mustBeDone(written, wordsFor);
}

/** `postIfSame` for a move: the row must still be in the status that was seen. */
export const postIfUnmoved = <
  E extends Endpoint & { readonly method: "POST" },
  R extends Live & Versioned & { status: string },
>(
  path: PathOf<E>,
  seen: R,
  body: GivenBody<E>,
  wordsFor: (now: R) => string,
): Promise<AnswerOf<E>> => postIfSame(path, seen, body, (now) => now.status === seen.status, wordsFor);
