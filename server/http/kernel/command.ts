import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { z } from "zod";
import { type CommitFault, type CommitRequest, parseCommit } from "../../../domain/commit/commit.ts";
import type { Endpoint } from "../../../domain/kernel/endpoint.ts";
import type { Receipt } from "../../../domain/kernel/receipt.ts";
import { toWire, type Wire } from "../../../domain/kernel/wire.ts";
import type { Kind } from "../../../domain/rows.ts";
import { StoreError } from "../../store/errors.ts";
import { fingerprintOf } from "../../store/lane/hash.ts";
import { readRow } from "../../store/reads/kernel/one-row.ts";
import type { CommitOutcome } from "../../store/types.ts";
import { bodyOf, malformed } from "./body.ts";
import { ProblemError } from "./problem.ts";
import { committerOf, idempotencyKeyOf, type ResourceDeps } from "./resource.ts";
import { type Call, route } from "./route.ts";
import { etagOf, expectedRows } from "./versions.ts";

/** An endpoint that is one commit of one mutation on one row, see `command` in the domain. */
type CommandOf<K extends Kind> = Endpoint & {
  readonly answer: z.ZodType;
  readonly row: { readonly kind: K; readonly idName: string };
  readonly mutation: string;
  readonly fixed: { readonly [field: string]: string } | undefined;
};

export interface CommandOptions<K extends Kind> {
  /** How large a body may be, bytes, where that is not what all others take. */
  bodyLimit?: number;
  /** Whether the row was created; by default a command without an id in its path creates. */
  created?: (row: Wire<K>, outcome: CommitOutcome) => boolean;
  /** The id of the row that is answered, where it need not be the one that the body names. */
  rowId?: (outcome: CommitOutcome) => string;
  /** What the answer carries besides the row and the receipt. */
  more?: (outcome: CommitOutcome) => object;
}

/**
 * Registers a command. It answers 201 for what it created, else 200; refusals as `refusalOf` says.
 */
export function registerCommand<K extends Kind>(
  app: FastifyInstance,
  deps: ResourceDeps,
  endpoint: CommandOf<K>,
  options: CommandOptions<K> = {},
): void {
  const { path, row: contract, mutation: type, fixed } = endpoint;
  const { bodyLimit, created = () => creates, rowId, more } = options;
  const { kind, idName } = contract;
  const creates = !path.includes(":id");

  const handler = async ({ request, reply, id: inPath }: Call<CommandOf<K>>) => {
    const known = { type, ...fixed, ...(creates ? {} : { [idName]: inPath }) };
    const commit = parseMutation(bodyOf(request), known);
    const mutation = commit.mutations[0] as unknown as { [field: string]: unknown };
    const asked = String(mutation[idName] ?? "");
    const outcome = await commitOnRow(request, deps, commit, { kind, id: asked, creates });
    const row = await rowOf(request, outcome, kind, rowId?.(outcome) ?? (asked || madeId(outcome)));
    if (!outcome.replayed && created(row, outcome)) reply.code(201);
    return answerRow(reply, outcome, row, more?.(outcome));
  };
  route(app, endpoint, handler, { bodyLimit });
}

/** The id that the server has made for what the commit created. */
const madeId = ({ receipt }: CommitOutcome): string => (receipt.results[0] as { id: string }).id;

/** The row that a commit is about: the one in the path, or the one that is to be made. */
export interface Subject {
  kind: Kind;
  id: string;
  creates: boolean;
  /**
   * The call writes the row whether or not it is there, so `If-Match` holds although it may create.
   */
  puts?: true;
  /** The row as its own resource sends it, where that is not as all rows are sent. */
  read?: () => Promise<{ version: number } | null>;
}

/**
 * Commits what concerns one row, if that is as `If-Match` says. Throws what `refusalOf` makes of a
 * refusal.
 */
export async function commitOnRow(
  request: FastifyRequest,
  deps: ResourceDeps,
  commit: CommitRequest,
  subject: Subject,
): Promise<CommitOutcome> {
  const { kind, id, creates, puts } = subject;
  const expectRows = creates && !puts ? [] : expectedRows(request, kind, id);
  const whole = expectRows.length > 0 ? { ...commit, expectRows } : commit;
  try {
    return await commitFor(request, deps, whole);
  } catch (error) {
    throw await refusalOf(request, error, subject);
  }
}

/** The row as the commit has left it. Throws 404 when it has gone since. */
export async function rowOf<K extends Kind>(
  request: FastifyRequest,
  outcome: CommitOutcome,
  kind: K,
  id: string,
): Promise<Wire<K>> {
  const row = outcome.row(kind, id);
  const wire = row ? toWire(kind, row) : await readRow(request.db, kind, id);
  if (wire) return wire;
  throw new ProblemError(404, "not_found", `${kind} ${id} does not exist any more`);
}

/** The answer of a row with the receipt of what was done to it; sets its ETag. */
export function answerRow<R extends { version: number }, M = unknown>(
  reply: FastifyReply,
  outcome: CommitOutcome,
  row: R,
  more?: M,
): R & M & { receipt: Receipt } {
  markReplay(reply, outcome);
  reply.header("etag", etagOf(row));
  return { ...row, ...(more as M), receipt: outcome.receipt };
}

/**
 * The commit of one mutation: what the body says, with what the route knows. Throws 400 with every
 * fault.
 */
export function parseMutation(body: { [field: string]: unknown }, known: { [field: string]: unknown }): CommitRequest {
  for (const [field, value] of Object.entries(known)) {
    if (!(field in body) || body[field] === value) continue;
    const message = `${field}: the path says ${String(value)}; leave it out`;
    throw malformed([{ index: 0, type: String(known.type), code: "contradicts_path", message, path: field }]);
  }
  const parsed = parseCommit({ mutations: [{ ...body, ...known }] });
  if ("faults" in parsed) throw malformed(parsed.faults);
  return parsed.commit;
}

/** Commits on behalf of the caller, once per Idempotency-Key. */
export function commitFor(
  request: FastifyRequest,
  { store }: ResourceDeps,
  commit: CommitRequest,
  key: string | undefined = idempotencyKeyOf(request),
  body: unknown = commit,
): Promise<CommitOutcome> {
  const options = key === undefined ? undefined : { idempotencyKey: key, fingerprint: fingerprintOf(body) };
  return store.commit(request.principal.tenantId, committerOf(request), commit, options);
}

export function markReplay(reply: FastifyReply, outcome: CommitOutcome): void {
  if (outcome.replayed) reply.header("idempotency-replayed", "true");
}

/** Refusals by the state a thing is in, as against by what was asked. */
const CONFLICTS = new Set([
  "illegal_transition",
  "lease_lost",
  "run_is_final",
  "scope_cancelled",
  "already_exists",
  "already_reported",
  "already_decided",
  "already_consumed",
  "not_claimable",
  "no_agent",
]);

/**
 * The answer to a refused convenience: 404 when the path's own row does not exist, 412 when it is
 * not as `If-Match` says, 409 with the legal moves and the row as it now is when its state forbids
 * it, else 422 like `/commits`.
 */
async function refusalOf(request: FastifyRequest, error: unknown, subject: Subject): Promise<unknown> {
  if (!(error instanceof StoreError)) return error;
  const fault = error.errors?.[0] as CommitFault | undefined;
  if (!fault) return error;
  const { code, message, legal, candidates } = fault;
  const options = { errors: error.errors ?? [], cause: error };
  if (error.code === "stale_expectation") {
    const row = await (subject.read?.() ?? readRow(request.db, subject.kind, subject.id));
    return new ProblemError(412, "stale_version", message, {
      ...options,
      ...(row && { headers: { etag: etagOf(row) }, extra: { row } }),
    });
  }
  if (error.code !== "commit_refused") return error;
  if (CONFLICTS.has(code)) {
    const row = await readRow(request.db, subject.kind, subject.id);
    return new ProblemError(409, code, message, {
      ...options,
      extra: { ...(legal && { legal }), ...(candidates && { candidates }), ...(row && { row }) },
    });
  }
  if (code === "not_found" && !subject.creates) {
    const row = await readRow(request.db, subject.kind, subject.id);
    const isGone = row === null || ("removedAt" in row && row.removedAt !== null);
    if (isGone) return new ProblemError(404, "not_found", message, options);
  }
  return error;
}
