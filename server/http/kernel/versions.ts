import type { FastifyRequest } from "fastify";
import type { ExpectedRow } from "../../../domain/commit/commit.ts";
import type { Kind } from "../../../domain/rows.ts";
import { ProblemError } from "./problem.ts";

/** The ETag of a row: its version, which counts its changes. */
export const etagOf = (row: { version: number }): string => `"${row.version}"`;

/**
 * A quoted tag, weak or not: a proxy that compresses makes tags weak. A bare version, as typed by
 * hand, is accepted too.
 */
const TAG = /^(?:W\/)?"([\x21\x23-\x7e]*)"$|^(\d{1,15})$/;

/**
 * What the `If-Match` header says of a row: the versions, or tags of its settings, that its caller
 * has seen. Nothing when there is no such header, or it is `*`. A tag of neither kind matches no
 * row. Throws 400 for a header that breaks the format.
 */
export function expectedRows(request: FastifyRequest, kind: Kind, id: string): ExpectedRow[] {
  const header = request.headers["if-match"]?.trim();
  if (header === undefined || header === "*") return [];
  const tags = header.split(",").map((part) => {
    const match = TAG.exec(part.trim());
    if (!match) throw badHeader();
    return match[1] ?? match[2] ?? "";
  });
  const isVersion = (tag: string) => /^\d{1,15}$/.test(tag);
  return [{ kind, id, versions: tags.filter(isVersion).map(Number), tags: tags.filter((tag) => !isVersion(tag)) }];
}

const badHeader = () =>
  new ProblemError(400, "malformed", 'If-Match must be an ETag that this server gave out, such as "3".', {
    errors: [{ code: "invalid_header", message: 'must be ETags separated by commas, such as "3"', path: "If-Match" }],
  });
