import { WORKSTREAM_MOVES, WORKSTREAM_STATUSES, type WorkstreamStatus } from "../../domain/kernel/statuses.ts";

/** Columns a card may go to from `from`, in the order of the board. */
export const legalMoves = (from: WorkstreamStatus): WorkstreamStatus[] =>
  WORKSTREAM_STATUSES.filter((to) => WORKSTREAM_MOVES[from].includes(to));

/**
 * Why a card in `from` cannot be dropped on `to`, as a sentence; null when it can. Its own column
 * is neither a move nor a fault.
 */
export function refusalOf(from: WorkstreamStatus, to: WorkstreamStatus): string | null {
  if (from === to || WORKSTREAM_MOVES[from].includes(to)) return null;
  return `A ${from} workstream can move to ${sentenceList(legalMoves(from))} only`;
}

/** "a", "a or b", "a, b or c". */
export function sentenceList(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

/** A drop zone's id: the column, and the swimlane it lies in (`*` without swimlanes). */
export const zoneId = (lane: string, status: WorkstreamStatus): string => `${status}|${lane}`;

/** What a drop zone's id means; null for any other id. */
export function zoneOf(id: string): { status: WorkstreamStatus; lane: string } | null {
  const cut = id.indexOf("|");
  const status = WORKSTREAM_STATUSES.find((one) => one === id.slice(0, cut));
  return cut > 0 && status ? { status, lane: id.slice(cut + 1) } : null;
}

/** The column `step` places (1 or -1) beside `from`, clamped to the board. */
export function neighbour(from: WorkstreamStatus, step: 1 | -1): WorkstreamStatus {
  const at = WORKSTREAM_STATUSES.indexOf(from) + step;
  return WORKSTREAM_STATUSES[Math.min(WORKSTREAM_STATUSES.length - 1, Math.max(0, at))] ?? from;
}

/** What a drop comes to, and what there is to say of it. */
export interface Drop {
  move: boolean;
  /** Called when the card was moved by somebody else while it was held, or may not go there. */
  say: string | null;
}

/**
 * What it means to drop a card that was lifted from one column, and may have been moved meanwhile.
 * Back where it was lifted is no move, wherever it is now; what is legal goes by where it is now.
 * `present` is null for one that is no longer on the board.
 */
export function dropOf(lifted: WorkstreamStatus, present: WorkstreamStatus | null, to: WorkstreamStatus): Drop {
  if (present === null) return { move: false, say: "It is no longer on the board" };
  const moved = present === lifted ? null : `It was moved to ${present} meanwhile`;
  if (to === present || to === lifted) return { move: false, say: moved };
  const refusal = refusalOf(present, to);
  if (refusal !== null) return { move: false, say: moved === null ? refusal : `${moved}. ${refusal}` };
  return { move: true, say: moved };
}
