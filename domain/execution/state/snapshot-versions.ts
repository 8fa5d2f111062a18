import { z } from "zod";
import { ownOf } from "../../kernel/json-map.ts";
import { id, json, jsonObject, label, whole } from "../../kernel/primitives.ts";
import { RUN_STATUSES } from "../../kernel/statuses.ts";
import { shortened } from "../../kernel/text.ts";
import { mapId } from "./execution-state.ts";
import { MAX_STEPS } from "./step.ts";

/**
 * The forms that snapshots have had. A snapshot is a document that somebody keeps, for longer than
 * this code stays as it is: each form has its contract and a pure step to the next, and what is
 * restored has gone all the way to the current one. To change the form: give the new one a number
 * and a contract, and a step from the one before to `STEPS`; those that were there stay as they
 * are.
 */

/** The version that this code writes. */
export const SNAPSHOT_VERSION = 2;

const origin = { runId: id, version: whole, seq: whole, status: z.enum(RUN_STATUSES) };
const steps = z.int().min(0).max(MAX_STEPS);

/** Version 2: tokens and scopes by id, as a run's row has them. */
export const currentSnapshot = z.strictObject({
  schemaVersion: z.literal(2),
  ...origin,
  context: jsonObject,
  tokens: z.record(mapId, z.strictObject({ scopeId: mapId.nullable(), status: label, value: json })),
  scopes: z.record(mapId, z.strictObject({ parentId: mapId.nullable(), status: z.enum(["active", "cancelled"]) })),
  stepCount: steps,
  metadata: jsonObject,
});

/**
 * Version 1: the context was called `variables`, tokens and scopes were lists that said no more
 * than `cancelled`, and there was no metadata.
 */
const version1 = z.strictObject({
  schemaVersion: z.literal(1),
  ...origin,
  variables: jsonObject,
  tokens: listBy(
    "tokenId",
    z.strictObject({
      tokenId: mapId,
      scopeId: mapId.optional(),
      value: json.optional(),
      cancelled: z.boolean().optional(),
    }),
  ),
  scopes: listBy(
    "scopeId",
    z.strictObject({ scopeId: mapId, parentId: mapId.optional(), cancelled: z.boolean().optional() }),
  ),
  steps,
});

type Version1 = z.output<typeof version1>;
export type Snapshot = z.output<typeof currentSnapshot>;

/** From each version to the next. */
const STEPS = { 1: fromVersion1 } as const;

function fromVersion1({ variables, tokens, scopes, steps: stepCount, ...rest }: Version1): Snapshot {
  const statusOf = (one: { cancelled?: boolean | undefined }) => (one.cancelled ? "cancelled" : "active");
  return {
    ...rest,
    schemaVersion: 2,
    context: variables,
    tokens: Object.fromEntries(
      tokens.map((token) => [
        token.tokenId,
        { scopeId: token.scopeId ?? null, status: statusOf(token), value: token.value ?? null },
      ]),
    ),
    scopes: Object.fromEntries(
      scopes.map((scope) => [scope.scopeId, { parentId: scope.parentId ?? null, status: statusOf(scope) }]),
    ),
    stepCount,
    metadata: {},
  };
}

function toCurrent(snapshot: Version1 | Snapshot): Snapshot {
  let at = snapshot;
  while (at.schemaVersion !== SNAPSHOT_VERSION) at = STEPS[at.schemaVersion](at);
  return at;
}

const SUPPORTED = [...Object.keys(STEPS), SNAPSHOT_VERSION].join(", ");

/**
 * A snapshot of any version there has been, as one of the current version. Tokens and scopes must
 * hang together.
 */
export const anySnapshot = z
  .discriminatedUnion("schemaVersion", [version1, currentSnapshot], {
    error: (issue) => `this server restores snapshots of schemaVersion ${SUPPORTED}; this is ${versionOf(issue.input)}`,
  })
  .transform(toCurrent)
  .check((ctx) => {
    for (const { path, message } of faultsOf(ctx.value)) {
      ctx.issues.push({ code: "custom", message, path, input: ctx.value });
    }
  });

function versionOf(input: unknown): string {
  if (typeof input !== "object" || input === null) return "no snapshot";
  if (!("schemaVersion" in input)) return "without one";
  const version = JSON.stringify(input.schemaVersion);
  return version === undefined ? "without one" : shortened(version, 40);
}

interface Fault {
  path: string[];
  message: string;
}

/**
 * What a run could never have come to: things in scopes that are not there, in themselves, or still
 * active though the scope is cancelled.
 */
function faultsOf({ tokens, scopes }: Snapshot): Fault[] {
  const faults: Fault[] = [];
  const look = (path: [map: string, name: string, field: string], scopeId: string | null, status: string) => {
    if (scopeId === null) return;
    const scope = ownOf(scopes, scopeId);
    if (!scope) faults.push({ path, message: `names scope ${scopeId}, which is not in the snapshot` });
    else if (scope.status === "cancelled" && status !== "cancelled") {
      faults.push({
        path: [path[0], path[1], "status"],
        message: `is ${status} in scope ${scopeId}, which is cancelled`,
      });
    }
  };
  for (const [name, { scopeId, status }] of Object.entries(tokens)) look(["tokens", name, "scopeId"], scopeId, status);
  for (const [name, { parentId, status }] of Object.entries(scopes))
    look(["scopes", name, "parentId"], parentId, status);
  return [...faults, ...circlesOf(scopes)];
}

function circlesOf(scopes: Snapshot["scopes"]): Fault[] {
  const sound = new Set<string>();
  for (const start of Object.keys(scopes)) {
    const way = new Set<string>();
    for (let at: string | null = start; at !== null && !sound.has(at); at = ownOf(scopes, at)?.parentId ?? null) {
      if (way.has(at)) return [{ path: ["scopes", at, "parentId"], message: "is nested in itself" }];
      way.add(at);
    }
    for (const name of way) sound.add(name);
  }
  return [];
}

/** A list in which each id stands once. */
function listBy<F extends string, S extends z.ZodType<{ [field in F]: string }>>(field: F, item: S) {
  return z.array(item).check((ctx) => {
    const seen = new Set<string>();
    ctx.value.forEach((one, index) => {
      const name = (one as { [field in F]: string })[field];
      if (seen.has(name))
        ctx.issues.push({ code: "custom", message: `${name} is there twice`, path: [index], input: one });
      seen.add(name);
    });
  });
}
