import { approvalEndpoints } from "../../domain/execution/endpoints.ts";
import { type AnswerOf, pathTo } from "../../domain/kernel/endpoint.ts";
import type { Omitting } from "../../domain/kernel/lean.ts";
import type { ApprovalStatus } from "../../domain/kernel/statuses.ts";
import type { Wire } from "../../domain/kernel/wire.ts";

/** An approval; `pending` while the server has not confirmed a click on it. */
export type ApprovalRow = Wire<"approval"> & Omitting & { readonly pending?: boolean };

export type ApprovalPage = AnswerOf<typeof approvalEndpoints.list>;

/** The path of a page of approvals of a status: the first one, or the one a cursor names. */
export const approvalsPath = (status: ApprovalStatus, cursor?: string) =>
  pathTo(approvalEndpoints.list, { status, limit: 50, large: "omit", cursor });

/**
 * The approvals of a view. Those that wait: the longest waiting first, so that none moves when
 * another comes, and in their midst those in `kept`, which were decided while one looked. Others:
 * the last decided first.
 */
export function approvalsOf(
  approvals: readonly ApprovalRow[],
  view: ApprovalStatus,
  kept: ReadonlySet<string>,
): ApprovalRow[] {
  if (view !== "pending") return approvals.filter(({ status }) => status === view).sort(byDecided);
  return approvals.filter(({ id, status }) => status === "pending" || kept.has(id)).sort(byAge);
}

function byAge(a: ApprovalRow, b: ApprovalRow): number {
  if (a.createdAt !== b.createdAt) return a.createdAt < b.createdAt ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

function byDecided(a: ApprovalRow, b: ApprovalRow): number {
  const [left, right] = [a.decidedAt ?? a.updatedAt, b.decidedAt ?? b.updatedAt];
  if (left !== right) return left > right ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

/** What somebody can answer to an approval, and why not more. */
export interface Offer {
  approve: boolean;
  reject: boolean;
  edit: boolean;
  /**
   * What the reader should know about what they can or cannot do; null when there is nothing to
   * say.
   */
  note: string | null;
}

const NOTHING: Offer = { approve: false, reject: false, edit: false, note: null };

/**
 * What `me` (`user:ada`) can answer at `now` (epoch ms; null when the time is not known yet): as
 * the reducers would decide.
 */
export function offerOf(approval: ApprovalRow, me: string, now: number | null): Offer {
  const { status, options, decisions, requiredApprovals, expiresAt } = approval;
  if (status !== "pending") return NOTHING;
  if (expiresAt && now !== null && Date.parse(expiresAt) <= now)
    return { ...NOTHING, note: "Its time is up: nobody can decide any more." };
  const reject = options.includes("reject");
  if (decisions.some(({ by }) => by === me))
    return { ...NOTHING, reject, note: "You have approved. It needs another person." };
  const edited = approval.edit !== null;
  return {
    approve: edited || options.includes("approve"),
    reject,
    edit: options.includes("edit") && decisions.length === 0,
    note: requiredApprovals > 1 ? moreNeeded(requiredApprovals - decisions.length) : null,
  };
}

const moreNeeded = (left: number): string => (left === 1 ? "It needs one more person." : `It needs ${left} people.`);

/** JSON that somebody writes: its value, or what is wrong with it and on which line. */
export type Written = { value: NonNullable<ApprovalRow["edit"]> } | { fault: string };

export function parseWritten(text: string): Written {
  if (text.trim() === "") return { fault: "There is nothing here." };
  try {
    const value: ApprovalRow["edit"] = JSON.parse(text);
    return value === null ? { fault: "An edit cannot be null." } : { value };
  } catch (error) {
    return { fault: faultOf(error, text) };
  }
}

function faultOf(error: unknown, text: string): string {
  const message = error instanceof Error ? error.message : String(error);
  const position = /at position (\d+)/.exec(message)?.[1];
  const what = message.replace(/ (in JSON )?at position.*$/s, "").replace(/, "?\.\.\..*$/s, "");
  if (position === undefined) return what;
  const before = text.slice(0, Number(position)).split("\n");
  return `Line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}: ${what}`;
}

/** The row of a list after the one given, or before it; the first or the last from none. */
export function neighbour(ids: readonly string[], current: string | null, by: 1 | -1): string | undefined {
  const at = current === null ? -1 : ids.indexOf(current);
  if (at === -1) return by === 1 ? ids[0] : ids.at(-1);
  return ids[Math.min(ids.length - 1, Math.max(0, at + by))];
}
