import { setTimeout as delay } from "node:timers/promises";
import type { Caller } from "./caller.ts";
import type { Random } from "./random.ts";

/** What an actor works with; `over` says that the load is to end. */
export interface Scene {
  caller: Caller;
  random: Random;
  /** The actor's name: the beginning of its keys and of all ids that it makes. */
  name: string;
  /** What all actors have made, or have asked to be made. */
  known: Known;
  over: () => boolean;
  pause: (ms: number) => Promise<void>;
}

/** Ids that were sent: what names them may be refused, as nobody knows what was stored. */
export interface Known {
  runs: string[];
  jobs: string[];
  workstreams: string[];
  sessions: string[];
  tasks: string[];
  approvals: string[];
}

/** Agents that jobs may be pinned to; workers of these names claim. */
export const AGENTS = ["agent-0", "agent-1", "agent-2"] as const;
export const QUEUES = ["default", "queue-1", "queue-2"] as const;

/** Makes the scenes of one part of a round. */
export function stage(caller: Caller, random: Random, over: () => boolean): (name: string) => Scene {
  const known: Known = { runs: [], jobs: [], workstreams: [], sessions: [], tasks: [], approvals: [] };
  return (name) => ({ caller, random: random.fork(name), name, known, over, pause: (ms) => delay(ms) });
}

/** Numbers ids of an actor's own making: `o1-run7`. */
export function ids(name: string): (kind: string) => string {
  let made = 0;
  return (kind) => `${name}-${kind}${++made}`;
}
