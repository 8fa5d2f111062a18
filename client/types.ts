import type { AgentWithState, ExplainedDecision } from "../domain/agents/answers.ts";
import type { routingEndpoints } from "../domain/agents/endpoints.ts";
import type { alertEndpoints } from "../domain/alerts/endpoints.ts";
import type { eventEndpoints } from "../domain/commit/endpoints.ts";
import type { ClientMutationInput } from "../domain/commit/mutations.ts";
import type { AgentStatus, ClaimedJob, JobWithAttempts } from "../domain/execution/answers.ts";
import type { approvalEndpoints, runEndpoints, workstreamEndpoints } from "../domain/execution/endpoints.ts";
import type { jobEndpoints } from "../domain/execution/job/endpoints.ts";
import type { Asked as Filters } from "../domain/kernel/endpoint.ts";
import type { LogEvent } from "../domain/kernel/event.ts";
import type { ErrorInfo, Json } from "../domain/kernel/primitives.ts";
import type { Receipt } from "../domain/kernel/receipt.ts";
import type { SessionStatus, TaskStatus } from "../domain/kernel/statuses.ts";
import type { Listed, Wire } from "../domain/kernel/wire.ts";
import type { Kind } from "../domain/rows.ts";
import type { sessionEndpoints, taskEndpoints } from "../domain/sessions/endpoints.ts";
import type { CommitBuffer } from "./buffer.ts";
import type { Page } from "./core/pages.ts";
import type { SwitchyardError } from "./core/problem.ts";
import type { RetryPolicy, Timing } from "./core/retry.ts";

export type { Page } from "./core/pages.ts";

export type { ClaimedJob, JobWithAttempts };

export interface ClientOptions {
  /** Where the server is, e.g. `http://127.0.0.1:3000`. */
  url: string;
  /** API key. */
  key: string;
  fetch?: typeof fetch;
  retry?: Partial<RetryPolicy>;
  /** How long one try may take before it counts as a network fault (ms). */
  timeoutMs?: number;
  timing?: Timing;
}

export interface CallControl {
  signal?: AbortSignal;
  /** How long one try may take before it counts as a network fault (ms). */
  timeoutMs?: number;
  retry?: Partial<RetryPolicy>;
}

export interface CommitOptions extends CallControl {
  /**
   * Versions of runs the caller has seen: a commit on a run that has moved on is refused with 409.
   */
  expect?: { [runId: string]: number };
  /**
   * A random one is made when left out; it stays the same across retries, so a commit is applied
   * once.
   */
  idempotencyKey?: string;
}

/** A page of a list that is counted; behind a cursor it is not counted again. */
export interface CountedPage<T> extends Page<T> {
  total?: number;
  page?: number;
  pageSize?: number;
}

/** What a mutation says besides its type. */
type Asked<T extends ClientMutationInput["type"]> = Omit<Extract<ClientMutationInput, { type: T }>, "type">;

/** A row as a write has left it, with the proof. */
export type Written<K extends Kind> = Wire<K> & { receipt: Receipt };

export interface WriteOptions extends CallControl {
  /**
   * The version of the row that the caller has seen: refused with `stale_version` (412) when it has
   * changed since.
   */
  ifVersion?: number;
  /**
   * A random one is made when left out; it stays the same across retries, so a write is applied
   * once.
   */
  idempotencyKey?: string;
}

export interface ClaimRequest extends CallControl {
  agentKey: string;
  capabilities?: string[];
  queues?: string[];
  max: number;
  leaseMs: number;
  /** How long the server may wait for a job to come (ms). */
  waitMs?: number;
  /**
   * The same key again gives the same jobs, also when the first answer was lost. Random when left
   * out.
   */
  idempotencyKey?: string;
}

/** How a job ended, as its executor reports it. */
export interface JobEnd {
  jobId: string;
  leaseToken?: string;
  exitCode?: number;
  durationMs?: number;
  result?: Json;
}

export type JobFailure = JobEnd & { error: string | ErrorInfo; retryable?: boolean };

export interface RunJobRequest extends CallControl {
  jobId: string;
  agentKey: string;
  /**
   * How long the job may stay without a heartbeat before the queue takes it back (ms, default 30
   * s).
   */
  leaseMs?: number;
}

export interface RunJobContext {
  attempt: number;
  /** Aborted when the lease is lost, the job's time is up, or the caller's own signal is. */
  signal: AbortSignal;
  /** Tells how far the job is; shown to operators at once. */
  progress(value: Json): void;
}

/** A task that an agent is wanted for, see `POST /routing/decisions`. */
export interface RouteTaskRequest extends Omit<Asked<"routing.decide">, "decisionId" | "fallbackOf">, CallControl {
  /** Agents that are tried at most; five when left out. */
  maxAttempts?: number;
}

/** A decision whose agent has failed, and what it threw. */
export interface RouteTry {
  decision: Wire<"decision">;
  error: unknown;
}

export interface RoutedTask<T> {
  result: T;
  agentKey: string;
  /** The decision that came to it. */
  decision: Wire<"decision">;
  /** Those that failed before. */
  tries: RouteTry[];
}

export interface FollowOptions {
  /** `log` or `run:{id}`. */
  topic: string;
  /** The last position the caller has; left out, it starts with what happens from now on. */
  since?: number;
  signal?: AbortSignal;
  /** Called when the stream goes live and when it loses the server. */
  onState?: (state: FollowState) => void;
}

export interface TailOptions {
  types: readonly string[];
  signal?: AbortSignal;
  /** The stream is open, for the first time or again: from here on nothing is missed. */
  onOpen?: () => void;
  /** It has broken and could not be taken up again at the first try; it goes on being tried. */
  onLost?: (error: SwitchyardError) => void;
}

export type FollowState = "connecting" | "catching_up" | "live";

/** Consecutive positions of the log, with the events of the topic among them. */
export interface EventRange {
  from: number;
  to: number;
  events: LogEvent[];
}

export interface Client {
  /**
   * Sends mutations as one commit: all happen or none does. Retried until answered; applied once.
   */
  commit(mutations: ClientMutationInput[], options?: CommitOptions): Promise<Receipt>;
  /** A list of mutations that is committed as one, or rolled back at no cost. */
  buffer(): CommitBuffer;

  getRun(runId: string, control?: CallControl): Promise<Wire<"run">>;
  listRuns(filters?: Filters<typeof runEndpoints.list>, control?: CallControl): Promise<Page<Listed<"run">>>;
  listWorkstreams(
    filters?: Filters<typeof workstreamEndpoints.list>,
    control?: CallControl,
  ): Promise<Page<Wire<"workstream">>>;
  getJob(jobId: string, control?: CallControl): Promise<JobWithAttempts>;
  listJobs(filters?: Filters<typeof jobEndpoints.list>, control?: CallControl): Promise<Page<Wire<"job">>>;
  getAgent(agentKey: string, control?: CallControl): Promise<AgentWithState>;
  listAgents(control?: CallControl): Promise<Page<AgentWithState>>;
  listAlerts(filters?: Filters<typeof alertEndpoints.list>, control?: CallControl): Promise<Page<Wire<"alert">>>;
  listEvents(filters?: Filters<typeof eventEndpoints.list>, control?: CallControl): Promise<Page<LogEvent>>;

  createSession(session: Asked<"session.create">, options?: WriteOptions): Promise<Written<"session">>;
  /**
   * Merges metadata (JSON Merge Patch), moves the session on, gives it a task; what is left out
   * stays.
   */
  updateSession(
    sessionId: string,
    changes: { status?: SessionStatus; metadata?: { [key: string]: Json }; taskId?: string },
    options?: WriteOptions,
  ): Promise<Written<"session">>;
  getSession(sessionId: string, control?: CallControl): Promise<Wire<"session">>;
  listSessions(
    filters?: Filters<typeof sessionEndpoints.list>,
    control?: CallControl,
  ): Promise<CountedPage<Wire<"session">>>;

  /** Creates a task, or answers the first one of its `idempotencyKey`. */
  createTask(task: Asked<"task.create">, options?: WriteOptions): Promise<Written<"task">>;
  updateTask(
    taskId: string,
    changes: { status: TaskStatus; toAgent?: string; result?: Json; error?: string | ErrorInfo },
    options?: WriteOptions,
  ): Promise<Written<"task">>;
  getTask(taskId: string, control?: CallControl): Promise<Wire<"task">>;
  listTasks(filters?: Filters<typeof taskEndpoints.list>, control?: CallControl): Promise<CountedPage<Wire<"task">>>;
  /** What an agent has to do with, in one call. */
  /** Of an agent, or, with null, of all of the tenant. */
  fetchStatus(agent: string | null, control?: CallControl): Promise<AgentStatus>;

  requestApproval(ask: Asked<"approval.request">, options?: WriteOptions): Promise<Written<"approval">>;
  approve(
    approvalId: string,
    answer?: { comment?: string; edit?: Json },
    options?: WriteOptions,
  ): Promise<Written<"approval">>;
  reject(approvalId: string, answer?: { comment?: string }, options?: WriteOptions): Promise<Written<"approval">>;
  /** Uses up what has been approved; throws `already_consumed` when somebody else was first. */
  consumeApproval(approvalId: string, options?: WriteOptions): Promise<Written<"approval">>;
  getApproval(approvalId: string, control?: CallControl): Promise<Wire<"approval">>;
  listApprovals(
    filters?: Filters<typeof approvalEndpoints.list>,
    control?: CallControl,
  ): Promise<CountedPage<Wire<"approval">>>;
  /**
   * The approval once it is approved, rejected or expired; at once if it is already. The log says
   * when, and as that may not get through (a proxy that keeps what it should pass on) the approval
   * is looked at every few seconds too. Waits on through reconnects and restarts of the server, for
   * as long as the signal is not aborted (then it throws the signal's reason).
   */
  waitForApproval(approvalId: string, control?: CallControl): Promise<Wire<"approval">>;

  /**
   * Picks the agent for a task; throws `no_agent` (409, `body.candidates` says why) when none can
   * take it.
   */
  decideRouting(task: Asked<"routing.decide">, options?: WriteOptions): Promise<Written<"decision">>;
  /** Tells how a decision turned out, once. */
  reportRouting(
    decisionId: string,
    outcome: { success: boolean; durationMs?: number; error?: string },
    options?: WriteOptions,
  ): Promise<Written<"decision">>;
  getDecision(decisionId: string, control?: CallControl): Promise<ExplainedDecision>;
  listDecisions(
    filters?: Filters<typeof routingEndpoints.list>,
    control?: CallControl,
  ): Promise<Page<Wire<"decision">>>;
  /**
   * Has a task done by the best agent that can take it: decides, calls `work` with the agent,
   * reports the outcome, and falls back to the next best when `work` throws, never to one that was
   * tried. Every decision and outcome is on record. Throws `RoutingFailed` when nobody is left,
   * after `maxAttempts`, or when what was thrown says `retryable: false`; `no_agent` when nobody
   * could take it to begin with.
   */
  routeTaskWithFallback<T>(
    task: RouteTaskRequest,
    work: (agentKey: string, context: { decision: Wire<"decision">; signal?: AbortSignal }) => Promise<T> | T,
  ): Promise<RoutedTask<T>>;

  /**
   * Claims up to `max` jobs for an agent, waiting up to `waitMs` for one; a long wait is asked for
   * in pieces that proxies let pass.
   */
  claim(request: ClaimRequest): Promise<ClaimedJob[]>;
  /** Extends a lease; throws `lease_lost` when it is no longer held (see `isLeaseLost`). */
  heartbeat(lease: { jobId: string; leaseToken: string; progress?: Json }, control?: CallControl): Promise<Receipt>;
  complete(end: JobEnd, control?: CommitOptions): Promise<Receipt>;
  fail(end: JobFailure, control?: CommitOptions): Promise<Receipt>;
  timeOut(end: JobEnd, control?: CommitOptions): Promise<Receipt>;

  /**
   * Runs a queued job here: marks it running before, beats while `work` runs, stores its result or
   * failure after, answers the job as it then is. A throwing `work` fails the job
   * (`retryable: false` on the error keeps it from being tried again). Throws when the job cannot
   * be started or its lease is lost.
   */
  runJob(
    request: RunJobRequest,
    work: (job: JobWithAttempts, context: RunJobContext) => Promise<Json | undefined> | Json | undefined,
  ): Promise<JobWithAttempts>;

  /**
   * Follows the log from a position: every event once, in order, across reconnects and restarts.
   * Resolves when the signal is aborted; throws `position_gone` when the log no longer reaches back
   * to it, `log_replaced` when the server's log is another one.
   */
  follow(
    options: FollowOptions,
    onEvents: (events: LogEvent[], range: EventRange) => void | Promise<void>,
  ): Promise<void>;
  /** The same, one event after another. Leaving the loop ends it. */
  events(options: FollowOptions): AsyncGenerator<LogEvent, void, void>;
  /**
   * Events of some types that happen from now on, picked by the server, each once and in order. A
   * stream that breaks is asked for again from where it was, for as long as the signal is not
   * aborted (then it throws the signal's reason); an error that no new try can mend is thrown.
   * Events that retention removes meanwhile are not delivered.
   */
  tail(options: TailOptions): AsyncGenerator<LogEvent, void, void>;
}
