import type { Payloads } from "../../events.ts";
import { payloadOf } from "../../kernel/event.ts";
import { jsonBytes } from "../../kernel/json-bytes.ts";
import { id } from "../../kernel/primitives.ts";
import { isFinalRun } from "../../kernel/statuses.ts";
import { must, Refusal, type Tx } from "../../kernel/tx.ts";
import type { Run } from "../contract.ts";
import type { stateEvents } from "../events.ts";

/**
 * A run's execution state: context, tokens, scopes, step count, metadata. It changes on a run that
 * has not ended, by the mutations of `context.ts`, `token.ts`, `scope.ts`, `step.ts`, `metadata.ts`
 * and `snapshot.ts`; a run that has ended takes `metadata.set` alone, for what is found out about
 * it later. Every change raises the run's version by one and has one event, which carries the new
 * version and all that `foldState` needs. A mutation that changes nothing does neither.
 */
export type ExecutionState = Pick<Run, "context" | "tokens" | "scopes" | "stepCount" | "metadata">;

/**
 * How large a run's context, tokens, scopes and metadata may be together: 960 KiB of JSON text in
 * UTF-8 without blanks. A snapshot of it still fits into the body of a request.
 */
export const MAX_STATE_BYTES = 960 * 1024;

/** The id of a token or a scope: a key in a map. */
export const mapId = id.refine((value) => value !== "__proto__", "must not be __proto__");

/** The run, or a refusal when it does not exist or has ended. */
export function mustBeOpen(tx: Tx, runId: string): Readonly<Run> {
  const run = must(tx, "run", runId);
  if (!isFinalRun(run.status)) return run;
  throw new Refusal("run_is_final", `run ${runId} is ${run.status}: its execution state stays as it is`);
}

/** Refuses a state that is larger than it may be. */
export function mustFit(state: Pick<ExecutionState, "context" | "tokens" | "scopes" | "metadata">): void {
  const { context, tokens, scopes, metadata } = state;
  const bytes = jsonBytes(context) + jsonBytes(tokens) + jsonBytes(scopes) + jsonBytes(metadata);
  if (bytes <= MAX_STATE_BYTES) return;
  const message = `context, tokens, scopes and metadata would take ${bytes} bytes of JSON; a run has ${MAX_STATE_BYTES}`;
  throw new Refusal("state_too_large", message);
}

type StateEvent = keyof typeof stateEvents | "run.restored";

/** The event of a change, but for the version that the run has then. */
export interface StateChange<T extends StateEvent> {
  type: T;
  payload: Omit<Payloads[T], "version">;
}

/** Changes parts of a run's state and emits the event. Returns the run after it. */
export function changeState<T extends StateEvent>(
  tx: Tx,
  run: Readonly<Run>,
  change: Partial<ExecutionState>,
  event: StateChange<T>,
): Run {
  const next: Run = { ...run, ...change, updatedAt: tx.at, version: run.version + 1 };
  mustFit(next);
  tx.put("run", next);
  const payload = payloadOf<T, { version: number }>({ version: next.version }, event.payload);
  tx.emit({ type: event.type, subject: { kind: "run", id: run.id }, runId: run.id, payload });
  return must(tx, "run", run.id);
}
