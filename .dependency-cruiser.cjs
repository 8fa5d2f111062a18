const TESTS = "\\.(test|spec|test-kit|model)\\.tsx?$|model\\.|/test-[a-z-]+\\.ts$";

/**
 * Which room may import which. Types alone are free nowhere: a room that needs a type may need the
 * thing.
 */
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: "error",
  from: { path: from, pathNot: TESTS },
  to: { path: "^(app|client|components|domain|e2e|server)/", pathNot: allowed },
});

/**
 * Folders of `base` in an order: each imports those before it, by value. Types may go either way.
 */
const layers = (base, ...names) =>
  names.slice(0, -1).map((name, at) => ({
    name: `${base.replaceAll("/", "-")}-${name}`,
    comment: `${base} imports downwards: ${names.join(" < ")}.`,
    severity: "error",
    from: { path: `^${base}/${name}/`, pathNot: TESTS },
    to: { path: `^${base}/(${names.slice(at + 1).join("|")})/`, dependencyTypesNot: ["type-only"] },
  }));

/**
 * The rooms of the console, and what each may take from its neighbours: types too, and no pair goes
 * both ways.
 */
const CONSOLE = {
  ui: [],
  lists: ["ui"],
  live: ["ui"],
  charts: ["live", "ui"],
  board: ["live", "ui"],
  events: ["live", "ui"],
  trends: ["charts", "ui"],
  runs: ["board", "events", "lists", "live", "ui"],
  alerts: ["events", "lists", "live", "ui"],
  queues: ["charts", "lists", "live", "runs", "ui"],
  routing: ["lists", "live", "ui"],
  system: ["live", "ui"],
  agents: ["alerts", "charts", "live", "ui"],
  approvals: ["alerts", "lists", "live", "ui"],
  sessions: ["alerts", "events", "live", "ui"],
  overview: ["agents", "alerts", "charts", "live", "runs", "ui"],
  shell: ["alerts", "approvals", "live", "ui"],
};
const consoleRules = Object.entries(CONSOLE).map(([room, neighbours]) => ({
  name: `components-${room}`,
  comment: `components/${room} takes from ${neighbours.join(", ") || "nobody"}.`,
  severity: "error",
  from: { path: `^components/${room}/`, pathNot: TESTS },
  to: { path: "^components/[^/]+/", pathNot: `^components/(${[room, ...neighbours, "jsx"].join("|")})/` },
}));

module.exports = {
  forbidden: [
    ...layers("domain", "kernel", "alerts", "agents", "sessions", "execution", "maintenance", "commit", "replay"),
    ...layers("server/store/reads", "kernel", "alerts", "agents", "sessions", "commit", "execution"),
    ...layers(
      "server/http",
      "kernel",
      "auth",
      "alerts",
      "agents",
      "sessions",
      "commit",
      "execution",
      "maintenance",
      "pages",
    ),
    ...consoleRules,
    {
      name: "no-circular",
      comment: "Modules that need each other are one, or a part of one belongs below both. Types may go either way.",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    only(
      "domain-alone",
      "^domain/",
      "^domain/",
      "The domain knows nothing of the rest; it runs in Node and in the browser.",
    ),
    {
      name: "domain-zod-only",
      comment: "The domain imports zod and nothing else.",
      severity: "error",
      from: { path: "^domain/", pathNot: "\\.(test|model|test-kit)\\.ts$" },
      to: { path: "node_modules|^node:", pathNot: "node_modules/zod/", dependencyTypesNot: ["local"] },
    },
    only("database-alone", "^server/database/", "^server/database/", "Persistence knows nothing of what is persisted."),
    only(
      "store",
      "^server/store/",
      "^(server/(store|database)|domain)/",
      "The store reads and writes; nobody calls out of it.",
    ),
    only("live", "^server/live/", "^(server/(live|store)|domain)/", "The push side follows the store."),
    only("notify", "^server/notify/", "^(server/(notify|store)|domain)/", "What is due is sent, and told by commits."),
    only("clock", "^server/clock/", "^(server/(clock|store)|domain)/", "Time commits like anybody else."),
    only(
      "queue",
      "^server/queue/",
      "^(server/(queue|store)|domain)/",
      "Workers wait for jobs here, whoever brought them.",
    ),
    only("renderer", "^server/renderer/", "^server/renderer/", "Pages are drawn for whoever asks, by Next alone."),
    only(
      "http",
      "^server/http/",
      "^(server/(http|store|live|database|queue)/|server/(config|log)|domain/)",
      "Thin: authorise, parse, call, answer.",
    ),
    only("client", "^client/", "^(client|domain)/", "The client speaks HTTP and sockets only."),
    only(
      "client-core",
      "^client/core/",
      "^(client/core|domain)/",
      "One HTTP client and follower for Node and for browsers: it knows neither the worker nor the console.",
    ),
    {
      name: "client-core-anywhere",
      comment: "client/core runs in Node and in the browser: it imports socket.io-client and nothing else.",
      severity: "error",
      from: { path: "^client/core/", pathNot: TESTS },
      to: { path: "node_modules|^node:", pathNot: "node_modules/socket.io-client/", dependencyTypesNot: ["local"] },
    },
    only(
      "components",
      "^components/",
      "^(components|domain|client/core)/",
      "The console reaches state by HTTP and sockets only.",
    ),
    only(
      "app",
      "^app/",
      "^(app|components|domain)/",
      "Routes compose components; they never import the server (three copies of each module).",
    ),
    only("e2e", "^e2e/", "^(e2e|client|domain|server/database)/", "Drives the real server from outside."),
    {
      name: "no-room-imports-main",
      severity: "error",
      comment: "main.ts and compose.ts are the top of the server.",
      from: { pathNot: "^server/(main|compose)|\\.test(-kit)?\\.ts$" },
      to: { path: "^server/(main|compose)\\.ts$" },
    },
    {
      name: "no-test-in-product",
      severity: "error",
      from: { pathNot: "\\.(test|spec|test-kit|model)\\.tsx?$|/test-[a-z-]+\\.ts$|^server/testing/|^e2e/" },
      to: { path: "\\.(test|spec|test-kit)\\.tsx?$|^server/testing/" },
    },
    { name: "no-unknown", severity: "error", from: {}, to: { couldNotResolve: true, pathNot: "^server-only$" } },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "server/database/generated|\\.next|dist" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default", "types"],
      extensions: [".ts", ".tsx", ".mjs", ".js", ".json"],
    },
  },
};
