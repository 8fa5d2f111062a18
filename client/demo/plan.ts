import type { ClientMutationInput } from "../../domain/commit/mutations.ts";

/** The agents of the demo and what they can do. */
export const CHECKER = { agentKey: "repo-checker", displayName: "Repository checks", capability: "repo-checks" };
export const FLAKY = { agentKey: "flaky-shell", displayName: "Flaky probe", capability: "probe" };
export const WATCH = { agentKey: "port-watch", displayName: "Port watch", capability: "watch" };

/** A breaker that trips within seconds and is back within ten. */
export const SMALL_BREAKER = {
  window: "count",
  windowSize: 6,
  minimumCalls: 4,
  failureRateThreshold: 0.5,
  openMs: 8_000,
  permittedTrials: 2,
} as const;

const PROBES = 6;
const CHECK_TIMEOUT_MS = 300_000;
const PROBE_TIMEOUT_MS = 10_000;

interface Check {
  stream: string;
  title: string;
  steps: { step: string; argv: [string, ...string[]] }[];
  after: string[];
}

const bin = (name: string) => `node_modules/.bin/${name}`;

/** This repository's own checks, the same commands as `npm run verify` and `npm run test:unit`. */
const CHECKS: readonly Check[] = [
  {
    stream: "style",
    title: "Format & lint",
    steps: [
      { step: "biome format", argv: [bin("biome"), "format", "."] },
      { step: "biome lint", argv: [bin("biome"), "lint", "."] },
    ],
    after: [],
  },
  { stream: "types", title: "Types", steps: [{ step: "tsc", argv: [bin("tsc"), "--noEmit"] }], after: [] },
  {
    stream: "dependencies",
    title: "Dependencies",
    steps: [
      {
        step: "dependency-cruiser",
        argv: [
          bin("depcruise"),
          "app",
          "client",
          "components",
          "domain",
          "e2e",
          "server",
          "--config",
          ".dependency-cruiser.cjs",
        ],
      },
    ],
    after: [],
  },
  { stream: "dead-code", title: "Dead code", steps: [{ step: "knip", argv: [bin("knip")] }], after: ["dependencies"] },
  {
    stream: "tests",
    title: "Unit tests",
    steps: [
      { step: "vitest domain", argv: [bin("vitest"), "run", "--project", "pure", "domain"] },
      {
        step: "vitest client",
        argv: [bin("vitest"), "run", "--project", "pure", "client/worker/output", "client/retry", "client/buffer"],
      },
    ],
    after: ["types"],
  },
  {
    stream: "report",
    title: "Report",
    steps: [{ step: "source report", argv: [process.execPath, "--import", "tsx", "client/demo/source-report.ts"] }],
    after: ["types", "dependencies", "dead-code", "tests", "probe"],
  },
];

/**
 * Connects to a port of this machine: exit code 0 when somebody listens there, 1 when nobody does.
 */
const PROBE = `
const port = Number(process.argv[1]);
const started = performance.now();
const socket = require("node:net").connect(port, "127.0.0.1");
const took = () => (performance.now() - started).toFixed(1) + " ms";
socket.on("connect", () => { console.log("127.0.0.1:" + port + " answered after " + took()); socket.end(); });
socket.on("error", (error) => { console.error("127.0.0.1:" + port + ": " + error.code + " after " + took()); process.exitCode = 1; });
`;

export interface Plan {
  runId: string;
  mutations: ClientMutationInput[];
}

export interface PlanFacts {
  stamp: string;
  port: number;
  cwd: string;
  context: { [key: string]: string };
}

/**
 * The main run: the checks and six probes of a port, as jobs in workstreams with dependencies. One
 * commit.
 */
export function planChecks({ stamp, port, cwd, context }: PlanFacts): Plan {
  const runId = `checks-${stamp}`;
  const streamId = (stream: string) => `${runId}.${stream}`;
  const jobId = (stream: string, index: number) => `${streamId(stream)}.${index + 1}`;
  const probes = Array.from({ length: PROBES }, (_none, index) => jobId("probe", index));
  const jobsOf = (stream: string) =>
    stream === "probe"
      ? probes
      : (CHECKS.find((check) => check.stream === stream)?.steps ?? []).map((_step, index) => jobId(stream, index));

  const titles = [...CHECKS.map(({ stream, title }) => ({ stream, title })), { stream: "probe", title: "Live probe" }];
  const mutations: ClientMutationInput[] = [
    {
      type: "run.create",
      runId,
      workflow: "repository-checks",
      completion: "auto",
      tags: ["demo", "checks"],
      context,
      definition: { workstreams: CHECKS.map(({ stream, title, after }) => ({ stream, title, after })) },
      timeoutMs: 900_000,
    },
    ...titles.map(
      ({ stream, title }) => ({ type: "workstream.create", runId, workstreamId: streamId(stream), title }) as const,
    ),
    ...probes.map((id, index) =>
      probeJob({
        jobId: id,
        runId,
        workstreamId: streamId("probe"),
        agentKey: FLAKY.agentKey,
        port,
        number: index + 1,
        maxAttempts: 6,
      }),
    ),
  ];
  for (const { stream, steps, after } of CHECKS) {
    steps.forEach(({ step, argv }, index) => {
      mutations.push({
        type: "job.enqueue",
        jobId: jobId(stream, index),
        runId,
        workstreamId: streamId(stream),
        step,
        tool: "shell",
        capability: CHECKER.capability,
        dependsOn: after.flatMap(jobsOf),
        timeoutMs: CHECK_TIMEOUT_MS,
        input: { argv, cwd, env: { NO_COLOR: "1", CI: "1" } },
      });
    });
  }
  return { runId, mutations };
}

/**
 * The second run: four probes of a port where nobody listens, one try each. It fails, and its
 * agent's breaker opens.
 */
export function planOutage({ stamp, port, context }: Omit<PlanFacts, "cwd">): Plan {
  const runId = `outage-${stamp}`;
  const probeStream = `${runId}.probe`;
  const mutations: ClientMutationInput[] = [
    { type: "run.create", runId, workflow: "port-watch", completion: "auto", tags: ["demo", "probe"], context },
    { type: "workstream.create", runId, workstreamId: probeStream, title: "Port watch" },
  ];
  for (let number = 1; number <= SMALL_BREAKER.minimumCalls; number += 1) {
    const jobId = `${probeStream}.${number}`;
    mutations.push(
      probeJob({ jobId, runId, workstreamId: probeStream, agentKey: WATCH.agentKey, port, number, maxAttempts: 1 }),
    );
  }
  return { runId, mutations };
}

interface ProbeJob {
  jobId: string;
  runId: string;
  workstreamId: string;
  agentKey: string;
  port: number;
  number: number;
  maxAttempts: number;
}

function probeJob({ port, number, ...job }: ProbeJob): ClientMutationInput {
  return {
    type: "job.enqueue",
    ...job,
    step: `probe ${number}`,
    tool: "shell",
    timeoutMs: PROBE_TIMEOUT_MS,
    backoffMs: 1_000,
    input: { argv: [process.execPath, "-e", PROBE, String(port)] },
  };
}
