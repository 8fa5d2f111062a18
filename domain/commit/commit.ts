import { z } from "zod";
import type { Candidate } from "../agents/contract.ts";
import { id } from "../kernel/primitives.ts";
import { tagsOf } from "../kernel/setting-tag.ts";
import { shortened } from "../kernel/text.ts";
import { Refusal, type Tx } from "../kernel/tx.ts";
import type { Kind } from "../rows.ts";
import { applyOperation, type ClientMutation, contractOf, type Mutation } from "./mutations.ts";

/** A commit: a list of mutations that happen all or not at all. */
export interface CommitRequest<M = ClientMutation> {
  mutations: M[];
  /** Versions the caller has seen, by run: a commit on a run that has moved on is refused. */
  expect?: { [runId: string]: number };
  /**
   * Versions of other rows, any of those named, as `If-Match` says them. The server's own: no
   * request body has it.
   */
  expectRows?: ExpectedRow[];
}

export interface ExpectedRow {
  kind: Kind;
  id: string;
  versions: number[];
  /** Or these tags of what people set of it (`setting-tag.ts`). */
  tags?: string[];
}

export const MAX_MUTATIONS = 1000;

/**
 * One fault of a commit: which mutation, its type, a stable code and a sentence. Index −1 is the
 * commit itself.
 */
export interface CommitFault {
  index: number;
  type: string | null;
  code: string;
  message: string;
  path?: string;
  legal?: readonly string[];
  /** Of `no_agent`: who was thought of, and why each cannot take the task. */
  candidates?: readonly Candidate[];
}

/** The body of a commit, before its mutations are checked. */
export const commitBody = <M extends z.ZodType>(mutation: M) =>
  z.strictObject({
    mutations: z.array(mutation).min(1).max(MAX_MUTATIONS),
    expect: z
      .record(id, z.int().min(0))
      .optional()
      .meta({ description: "Versions you have seen, by run: 409 when one has moved on" }),
  });
const shell = commitBody(z.unknown());

/** Parses a request body: the commit, or every fault in it at once. */
export function parseCommit(body: unknown): { commit: CommitRequest } | { faults: CommitFault[] } {
  const outer = shell.safeParse(body);
  if (!outer.success) return { faults: faultsOf(-1, null, outer.error) };
  const faults: CommitFault[] = [];
  const mutations: ClientMutation[] = [];
  outer.data.mutations.forEach((raw, index) => {
    const type = typeOf(raw);
    const contract = type === null ? undefined : contractOf(type);
    if (!contract) {
      const message =
        type === null ? "a mutation is an object with a `type`" : `there is no mutation type ${shortened(type, 100)}`;
      faults.push({ index, type, code: "unknown_type", message, path: "type" });
      return;
    }
    const parsed = contract.safeParse(raw);
    if (parsed.success) mutations.push(parsed.data as ClientMutation);
    else faults.push(...faultsOf(index, type, parsed.error));
  });
  if (faults.length > 0) return { faults };
  return { commit: { mutations, ...(outer.data.expect && { expect: outer.data.expect }) } };
}

/**
 * Applies a commit to a transaction that can take back: every mutation in order, one that is
 * refused as if it were absent, all refusals collected. With any fault the caller must take the
 * whole commit back. What else is thrown, rows that are yet to be loaded for the most, is thrown
 * once every mutation has been tried: so that the storage gets all that is missing at once.
 */
export function applyCommit(
  tx: Tx & { savepoint(): () => void },
  commit: CommitRequest<Mutation>,
): { results: unknown[]; faults: CommitFault[]; stale: CommitFault[] } {
  const stale = [...staleRuns(tx, commit.expect), ...staleRows(tx, commit.expectRows)];
  const absent = absentRows(tx, commit.expectRows);
  const results: unknown[] = [];
  const faults: CommitFault[] = [];
  const broken: unknown[] = [];
  for (const [index, mutation] of commit.mutations.entries()) {
    const takeBack = tx.savepoint();
    try {
      results.push(applyOperation(tx, mutation));
    } catch (error) {
      takeBack();
      results.push(null);
      if (error instanceof Refusal)
        faults.push({ index, type: mutation.type, code: error.code, message: error.message, ...error.extra });
      else broken.push(error);
    }
  }
  if (broken.length > 0) throw broken[0];
  // A row that is not there is the mutation's to refuse, unless the mutation makes it.
  if (faults.length === 0) stale.push(...absent);
  return { results, faults, stale };
}

function staleRuns(tx: Tx, expect: CommitRequest["expect"]): CommitFault[] {
  const faults: CommitFault[] = [];
  for (const [runId, version] of Object.entries(expect ?? {})) {
    const run = tx.get("run", runId);
    if (run?.version === version) continue;
    const message = run ? `run ${runId} is at version ${run.version}, not ${version}` : `run ${runId} does not exist`;
    faults.push({ index: -1, type: null, code: "stale_version", message, path: `expect.${runId}` });
  }
  return faults;
}

function staleRows(tx: Tx, expected: readonly ExpectedRow[] = []): CommitFault[] {
  const faults: CommitFault[] = [];
  for (const { kind, id: rowId, versions, tags = [] } of expected) {
    const row = tx.get(kind, rowId);
    if (!row || versions.includes(row.version)) continue;
    if (tags.length > 0 && tagsOf(tx, kind, rowId).some((tag) => tags.includes(tag))) continue;
    const message = `${kind} ${rowId} is at version ${row.version}, another than the one named`;
    faults.push({ index: -1, type: null, code: "stale_version", message, path: "If-Match" });
  }
  return faults;
}

/**
 * Rows that are expected at a version and are not there: version 0 means a row that does not exist
 * yet.
 */
function absentRows(tx: Tx, expected: readonly ExpectedRow[] = []): CommitFault[] {
  return expected
    .filter(({ kind, id: rowId, versions }) => !tx.get(kind, rowId) && !versions.includes(0))
    .map(({ kind, id: rowId }) => {
      const message = `${kind} ${rowId} is not there any more`;
      return { index: -1, type: null, code: "stale_version", message, path: "If-Match" };
    });
}

function typeOf(raw: unknown): string | null {
  if (typeof raw !== "object" || raw === null || !("type" in raw)) return null;
  return typeof raw.type === "string" ? raw.type : null;
}

function faultsOf(index: number, type: string | null, error: z.ZodError): CommitFault[] {
  return error.issues.map((issue) => {
    const path = issue.path.map(String).join(".");
    return {
      index,
      type,
      code: issue.code ?? "invalid",
      message: path ? `${path}: ${issue.message}` : issue.message,
      path,
    };
  });
}
