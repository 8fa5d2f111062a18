import type { Tag } from "../../client/core/http.ts";
import { SwitchyardError } from "../../client/core/problem.ts";
import type { AnswerOf, Endpoint, GivenBody, PathOf } from "../../domain/kernel/endpoint.ts";
import { api } from "./api.ts";
import type { Live } from "./newer.ts";

type Versioned = { readonly version: number };

/**
 * The result of a write: done, or somebody else changed the row meanwhile; `theirs` is the current
 * row.
 */
export type Written<T, R> = { done: T } | { theirs: R; problem: SwitchyardError };

/**
 * How often a row may change in irrelevant ways, such as its jobs' progress, between reading and
 * writing.
 */
const TRIES = 5;

const versionOf = ({ version }: Versioned): Tag => version;

/**
 * Writes a row, if it is still as it was seen; else nothing happens.
 *
 * @param write the request, with the version or tag to send
 * @param seen the row as it was seen; null: it did not exist
 * @param isSame whether the current row is, for this write, the same as the seen one
 * @param tagOf the row's tag; default: its version
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

/** Whether a result says that somebody else was first. */
export const isLost = (answer: unknown): answer is { theirs: unknown } =>
  typeof answer === "object" && answer !== null && "theirs" in answer;

/**
 * Passes a result on; when somebody else was first, `onTheirs` gets the current row for the next
 * attempt.
 */
export async function withTheirs<T, R>(write: Promise<T>, onTheirs: (now: R) => void): Promise<T> {
  try {
    return await write;
  } catch (thrown) {
    if (thrown instanceof SwitchyardError && thrown.status === 412 && thrown.body.row) onTheirs(thrown.body.row as R);
    throw thrown;
  }
}

/**
 * The result of a write; when somebody else was first, throws the problem, with `wordsFor` of the
 * current row as its text.
 */
export function mustBeDone<T, R>(written: Written<T, R>, wordsFor: (now: R) => string): T {
  if ("done" in written) return written.done;
  const { theirs, problem } = written;
  throw new SwitchyardError(problem.status, problem.code, wordsFor(theirs), { body: problem.body });
}

/**
 * Posts a decision on a row, if the row is still as it was seen; else nothing happens, and the
 * problem (412) describes and carries the current row.
 *
 * @param isSame whether the current row is, for this decision, the same as the seen one
 * @param wordsFor a message about the current row
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

/** `postIfSame` for a status change: the row must still be in the status that was seen. */
export const postIfUnmoved = <
  E extends Endpoint & { readonly method: "POST" },
  R extends Live & Versioned & { status: string },
>(
  path: PathOf<E>,
  seen: R,
  body: GivenBody<E>,
  wordsFor: (now: R) => string,
): Promise<AnswerOf<E>> => postIfSame(path, seen, body, (now) => now.status === seen.status, wordsFor);
