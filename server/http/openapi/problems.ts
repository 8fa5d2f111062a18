import { z } from "zod";
import { named } from "../../../domain/kernel/endpoint.ts";

/** An answer other than success, RFC 9457. */
export const problem = named(
  "Problem",
  z.looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    code: z.string().meta({ description: "Stable; switch on this" }),
    errors: z.array(z.looseObject({ code: z.string(), message: z.string() })),
    legal: z.array(z.string()).optional().meta({ description: "Where the thing may go from where it is" }),
    floor: z.int().min(0).optional().meta({ description: "410: the log is kept behind this position" }),
  }),
);

/**
 * Every `code` a problem can have, and what to do about it. A problem's `type` points at its entry
 * in the reference.
 */
export const PROBLEM_CODES: { readonly [code: string]: string } = {
  malformed: "The body, the query or the path breaks its contract. `errors[]` has every fault with its `path`.",
  malformed_json: "The body is not JSON.",
  malformed_body: "The body's size differs from Content-Length, or it is not compressed as Content-Encoding says.",
  malformed_url: "The URL's path or query is not valid: what is not ASCII has to be percent-encoded UTF-8.",
  uri_too_long: "A part of the URL's path is longer than any id.",
  bad_request: "The request cannot be understood.",
  unauthenticated: "Send an API key (`Authorization: Bearer …`) or sign in.",
  invalid_key: "The API key is unknown or revoked.",
  cross_origin: "A request by session cookie must come from this console's own pages.",
  forbidden: "Your role may not do this.",
  not_found: "There is no such thing, or it belongs to another tenant.",
  unknown_entity: "There is no such thing.",
  commit_refused:
    "The state forbids the commit; nothing has changed. `errors[]` has every fault with the `index` of its mutation.",
  stale_expectation: "A run has moved on from the version in `expect`. Read it again and decide anew.",
  stale_version: "The row has moved on from the version you named.",
  illegal_transition:
    "The thing cannot go there from where it is. `legal[]` says where it can go, `row` is the row as it now is.",
  lease_lost:
    "The lease is no longer held: the job expired, was cancelled or was given to somebody else. Drop the result.",
  run_is_final: "The run has ended. Retry the run first.",
  already_exists: "That id is taken; `row` is what has it.",
  already_reported: "The outcome is known already.",
  no_agent: "No agent can take the task: `candidates` says why each cannot.",
  already_decided: "You have approved it already; it takes somebody else.",
  already_consumed: "The approval has been used up.",
  scope_cancelled: "That cancel scope, or that token, is cancelled: nothing new can be done in it.",
  not_claimable: "The job is for another agent.",
  idempotency_mismatch: "The same Idempotency-Key came with another request before. Use a new key.",
  position_gone: "That part of the log is no longer kept. Start again after `floor`.",
  log_replaced: "The position is of another log: the database was restored from a backup. Start over.",
  retention_under_way: "The log is being trimmed at this moment. Ask again after `Retry-After` seconds.",
  recalculation_under_way: "Figures are being rebuilt at this moment. Ask again after `Retry-After` seconds.",
  not_there_yet: "The log has not come as far as `minSeq`. Try again shortly.",
  too_many_attempts: "Too many failed sign-ins. Wait as long as `Retry-After` says.",
  body_too_large: "The body is larger than 1 MiB.",
  unsupported_media_type: "Send the body as `application/json`.",
  too_many_reads:
    "This key or person has too many reads waiting at a time. Ask for less at a time, and again after `Retry-After` seconds.",
  reads_busy: "Too many reads are waiting. Ask again after `Retry-After` seconds.",
  read_took_too_long:
    "The read took longer than a read may and was ended. Ask for less: a smaller page, a shorter time.",
  answer_too_large: "What was asked for is too large for one answer. Take a smaller page, or `large=omit`.",
  too_many_open:
    "This key or person, or its tenant, has too many streams or waiting claims open. End some, or ask again after `Retry-After` seconds.",
  open_busy: "Too many streams or waiting claims are open. Ask again after `Retry-After` seconds.",
  caller_gone: "The caller hung up before its answer was begun.",
  closing: "The server is stopping. Ask again after `Retry-After` seconds.",
  page_unavailable: "The page cannot be drawn at the moment. Ask again after `Retry-After` seconds.",
  unsupported_charset: "Send the body in UTF-8.",
  unsupported_encoding: "Send the body plain or compressed as `Accept-Encoding` says.",
  method_not_allowed: "The path takes other methods: `Allow` names them.",
  lane_full:
    "Too many commits are waiting. Try again after `Retry-After` seconds; a commit with an Idempotency-Key is safe to repeat.",
  database_away:
    "The database does not do its work at the moment; `reason` says why (`unreachable`, `read_only`, `full`, `busy`, `pooled`, `schema`, `privileges`, `failing`). The server goes on by itself; try again.",
  internal: "A fault of the server. Its log has the cause under `requestId`.",
};
