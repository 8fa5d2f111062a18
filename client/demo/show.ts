import { createClient } from "../client.ts";
import { SwitchyardError } from "../core/problem.ts";
import type { Client } from "../types.ts";
import type { Connection } from "../worker/connection.ts";
import { CHECKER, FLAKY, planChecks, planOutage, SMALL_BREAKER, WATCH } from "./plan.ts";
import { Service } from "./service.ts";
import { CHAPTERS, type Chapter, Story } from "./story.ts";
import { summarise } from "./summary.ts";
import { Workers } from "./workers.ts";

/**
 * The whole story takes one to two minutes on two cores; a machine under load gets five times as
 * much.
 */
const LONGEST_MS = 600_000;

export interface ShowOptions {
  connection: Connection;
  /** Of the run: which code is checked, by what. */
  context: { [key: string]: string };
  cwd: string;
  say: (line: string) => void;
  signal: AbortSignal;
}

/**
 * Tells the story once. Act one: the checks run, six probes of a closed port fail, the breaker of
 * their agent opens; then the port is opened, trials pass, the breaker closes, all completes. Act
 * two: four probes of another port, where nobody will listen, fail, and the alert of their agent's
 * breaker is left for an operator. Answers whether all of it happened.
 */
export async function show({ connection, context, cwd, say, signal }: ShowOptions): Promise<boolean> {
  const client = createClient(connection);
  const stamp = newStamp(new Date());
  const [service, nobody] = [await Service.reserve(), await Service.reserve()];
  const checks = planChecks({ stamp, port: service.port, cwd, context });
  const outage = planOutage({ stamp, port: nobody.port, context });
  const story = new Story({
    checksRun: checks.runId,
    outageRun: outage.runId,
    flakyAgent: FLAKY.agentKey,
    watchAgent: WATCH.agentKey,
  });
  const over = new AbortController();
  const end = () => over.abort();
  signal.addEventListener("abort", end, { once: true });
  const timer = setTimeout(() => {
    say("It takes too long; giving up.");
    end();
  }, LONGEST_MS);
  const workers = new Workers(connection, (what) => {
    say(what);
    end();
  });

  const act: { readonly [chapter in Chapter]?: () => Promise<unknown> } = {
    opened: async () => {
      say(`The port is opened now: 127.0.0.1:${service.port} answers.`);
      await service.open();
    },
    closed: async () => {
      say(`Act two: probes of 127.0.0.1:${nobody.port}, where nobody will listen.`);
      await client.commit(outage.mutations);
    },
  };

  try {
    await prepareAgents(client);
    const receipt = await client.commit(checks.mutations);
    pointTo(connection.url, checks.runId, say);
    for (const { agentKey, capability } of [CHECKER, FLAKY, WATCH]) workers.start({ agentKey, capability, slots: 2 });
    await client.follow({ topic: "log", since: receipt.firstSeq - 1, signal: over.signal }, async (events) => {
      for (const event of events) {
        const chapter = story.read(event);
        if (chapter) say(`✓ ${CHAPTERS[chapter]}`);
        if (chapter) await act[chapter]?.();
      }
      if (story.missing.length === 0) end();
    });
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
    await service.close();
    await cancelLeftovers(client, [checks.runId, outage.runId], story);
    await workers.stop();
  }
  await summarise(client, connection.url, [checks.runId, outage.runId], story, say);
  return story.missing.length === 0;
}

/** Registers the demo's agents. A breaker that a former demo has left open starts anew. */
async function prepareAgents(client: Client): Promise<void> {
  for (const { agentKey, displayName, capability } of [CHECKER, FLAKY, WATCH]) {
    const breaker = agentKey === CHECKER.agentKey ? {} : { breaker: SMALL_BREAKER };
    await client.commit([
      { type: "agent.register", agentKey, displayName, capabilities: [capability], capacity: 2, ...breaker },
      { type: "breaker.reset", agentKey, reason: "a new demo begins" },
    ]);
  }
}

/**
 * After an interruption: nothing of this demo stays in the queue, and its cards end with its runs.
 */
async function cancelLeftovers(client: Client, runIds: string[], story: Story): Promise<void> {
  const reason = "the demo was interrupted";
  const soon = { retry: { totalMs: 2_000 } };
  for (const runId of runIds) {
    if (story.ends.has(runId)) continue;
    await tolerate(() => client.commit([{ type: "run.transition", runId, to: "cancelled", reason }], soon));
  }
}

/**
 * Tidying up must not hide why it is needed: a run that never was or has ended since, or a server
 * that is gone, is no matter.
 */
async function tolerate(tidy: () => Promise<unknown>): Promise<void> {
  try {
    await tidy();
  } catch (error) {
    if (!(error instanceof SwitchyardError)) throw error;
  }
}

function pointTo(url: string, runId: string, say: (line: string) => void): void {
  say("Watch it:");
  say(`  the run    ${url}/runs/${runId}`);
  say(`  the board  ${url}/board`);
  say(`  breakers   ${url}/agents`);
  say(`  alerts     ${url}/alerts`);
  say("The probed port is closed at first: the probes really fail.");
}

/** Part of ids: the time, and something that separates two demos of one second. */
function newStamp(now: Date): string {
  const [day, time] = now.toISOString().slice(0, 19).replaceAll(/[-:]/g, "").split("T");
  return `${day}-${time}-${Math.random().toString(36).slice(2, 6)}`;
}
