import { ownOf } from "../../../domain/kernel/json-map.ts";
import type { RuleKind } from "../../../domain/kernel/statuses.ts";

/**
 * How a parameter is written: a share as percent, a span in words, a whole number, a name, or names
 * with commas.
 */
export type FieldUnit = "share" | "span" | "count" | "name" | "names";

interface RuleField {
  name: string;
  label: string;
  unit: FieldUnit;
  /** What holds when it is left empty; a field without it is needed. */
  empty?: string;
  /** What a new rule begins with. */
  start: string;
  /** What it names, to be offered while one types. */
  of?: NamesOf;
}

/** What a rule can name. */
export type NamesOf = "agents" | "queues" | "workflows";

interface RuleLook {
  label: string;
  says: string;
  /** The same for places without the fields: what it does with defaults. */
  brief: string;
  fields: readonly RuleField[];
}

const NAMED: { readonly [field: string]: NamesOf } = { agent: "agents", queue: "queues", workflow: "workflows" };

const optional = (name: string, label: string, empty: string, unit: FieldUnit = "name"): RuleField => ({
  name,
  label,
  unit,
  empty,
  start: "",
  ...(name in NAMED && { of: NAMED[name] as NamesOf }),
});
const needed = (name: string, label: string, unit: FieldUnit, start: string): RuleField => ({
  name,
  label,
  unit,
  start,
});

/** The kinds of rules as people read them, each with its parameters. */
export const RULE_LOOKS: { readonly [kind in RuleKind]: RuleLook } = {
  breaker_open: {
    label: "Breaker opens",
    says: "An agent's circuit breaker opens; it ends when the breaker closes.",
    brief: "An agent's breaker is open",
    fields: [optional("agents", "Agents", "Any agent", "names")],
  },
  success_rate: {
    label: "Success rate",
    says: "An agent's success rate is under the threshold, over enough calls.",
    brief: "An agent does badly",
    fields: [
      needed("threshold", "Fires under", "share", "80%"),
      optional("recovery", "Ends at", "The same", "share"),
      needed("windowMs", "Looked at over", "span", "15 minutes"),
      needed("minimumSample", "Minimum calls", "count", "20"),
      optional("agent", "Agent", "Any agent"),
      optional("taskType", "Task type", "Any"),
    ],
  },
  queue_depth: {
    label: "Queue depth",
    says: "More jobs are queued than this, or than the queue's own capacity.",
    brief: "A queue holds more jobs than it should",
    fields: [optional("depth", "Fires over", "The queue's capacity", "count"), optional("queue", "Queue", "Any queue")],
  },
  queue_age: {
    label: "Queue age",
    says: "A job that could have started waits for longer.",
    brief: "A job that could have started waits",
    fields: [needed("maxAgeMs", "Fires after", "span", "15 minutes"), optional("queue", "Queue", "Any queue")],
  },
  run_overdue: {
    label: "Run overdue",
    says: "A run misses its deadline, or goes on for longer than this.",
    brief: "A run goes on past its end",
    fields: [
      optional("afterMs", "Fires after", "The run's deadline", "span"),
      optional("workflow", "Workflow", "Any workflow"),
    ],
  },
  job_overdue: {
    label: "Job overdue",
    says: "An attempt goes on for longer.",
    brief: "An attempt goes on",
    fields: [needed("afterMs", "Fires after", "span", "1 hour"), optional("queue", "Queue", "Any queue")],
  },
  agent_silent: {
    label: "Agent silent",
    says: "An agent that has jobs is silent.",
    brief: "An agent with jobs is silent",
    fields: [needed("silentMs", "Fires after", "span", "5 minutes"), optional("agent", "Agent", "Any agent")],
  },
  stuck: {
    label: "Run stuck",
    says: "Nothing happens in a run, though it waits for nothing.",
    brief: "Nothing happens in a run that waits for nothing",
    fields: [
      needed("noProgressMs", "Fires after", "span", "30 minutes"),
      optional("workflow", "Workflow", "Any workflow"),
    ],
  },
  approval_waiting: {
    label: "Approval waits",
    says: "An approval is pending for longer.",
    brief: "An approval is pending",
    fields: [needed("afterMs", "Fires after", "span", "30 minutes")],
  },
};

/** Label and fields of a kind of rule; an unknown kind is shown by its own name, without fields. */
export const ruleLook = (kind: string): RuleLook =>
  ownOf(RULE_LOOKS, kind) ?? {
    label: kind,
    says: "A kind of rule that this page does not know yet.",
    brief: kind,
    fields: [],
  };
