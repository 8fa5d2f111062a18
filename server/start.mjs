/**
 * `npm start`: from a fresh clone to a running server. Installs, generates and builds what has
 * changed since the last time, then runs the server in this process. Plain JavaScript without
 * packages: nothing is installed when it begins.
 *
 *   node server/start.mjs             everything, then the server node server/start.mjs --dev
 *   packages and database client, then the server from source, started anew on change node
 *   server/start.mjs --build     everything but the server node server/start.mjs --install
 *   packages and database client only
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { dropLock, identify, takeLock } from "./start-lock.mjs";

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const at = (...parts) => path.join(ROOT, ...parts);
/**
 * The oldest of each line of Node that Switchyard and its packages run on; lines after the last are
 * fine.
 */
const NODES = [
  [20, 19],
  [22, 12],
  [24, 0],
];
const LOCK = at("dist", "start.lock");
const STAMPS = at("dist", "stamps.json");
/** Files in a build's folder that say who serves it. */
const USER = "used-by-";

/**
 * What each product is made from. A product is made again when the content of one of these changes.
 */
const INPUTS = {
  client: ["prisma/schema.prisma", "prisma.config.ts", "package-lock.json"],
  server: ["server", "domain", "prisma/schema.prisma", "package-lock.json"],
  console: [
    "app",
    "components",
    "domain",
    "public",
    "next.config.ts",
    "postcss.config.mjs",
    "tsconfig.json",
    "package-lock.json",
  ],
};
const NOT_INPUTS = /\.test\.tsx?$|[/\\]generated$|\.md$/;

class StepFailed extends Error {}

const mode = process.argv[2];
let child;

try {
  requireNode();
  process.env.NEXT_TELEMETRY_DISABLED = "1";
  giveHome();
  followNpm();
  // Nothing is written where nothing is to be made: the folder may be read-only, or somebody
  // else's.
  if (!isPrepared()) await prepareAlone();
  if (mode === "--dev") runFromSource();
  else if (!mode) await runBundle();
} catch (error) {
  if (!(error instanceof StepFailed)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

async function prepareAlone() {
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, stopBuilding);
  try {
    mkdirSync(at("dist"), { recursive: true });
    await takeLock(LOCK, (pid) => say(`Waiting for another start in this folder (pid ${pid}) to finish building`));
    await prepare();
  } catch (error) {
    throw mayNotWrite(error) ? new StepFailed(notOurs(error)) : error;
  } finally {
    dropLock(LOCK);
  }
  for (const signal of ["SIGINT", "SIGTERM"]) process.off(signal, stopBuilding);
}

function mayNotWrite({ code, message }) {
  return ["EACCES", "EPERM", "EROFS"].includes(code) || /\b(EACCES|EPERM|EROFS)\b/.test(message ?? "");
}

function notOurs({ code, path: file, message }) {
  const why = code ? `${code} at ${file}` : message;
  const who = process.getuid ? `user ${process.getuid()}` : "this user";
  return (
    `switchyard: something is to be built in ${ROOT}, and ${who} may not write there (${why}). ` +
    "Run `node server/start.mjs --build` as the folder's owner first, with the same files; then any user can start it, read-only too."
  );
}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  const last = NODES.at(-1)[0];
  if (major > last || NODES.some(([line, least]) => line === major && minor >= least)) return;
  const fine = NODES.map(([line, least]) => (least === 0 ? `${line}` : `${line}.${least}`)).join(", ");
  throw new StepFailed(`Switchyard needs Node ${fine} or newer of these lines; this is ${process.versions.node}.`);
}

// npm and others end at once where the system knows no home: a user without an entry in
// /etc/passwd, as containers have.
function giveHome() {
  try {
    os.homedir();
  } catch {
    process.env.HOME = at("dist", "home");
  }
}

// `npm start` runs this through a shell. A SIGTERM to npm ends npm and the shell, and neither
// passes it on.
function followNpm() {
  if (!process.env.npm_lifecycle_event) return;
  const shell = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(watch);
    process.kill(process.pid, "SIGTERM");
  }, 200);
  watch.unref();
  if (npmIsFirst()) {
    say("npm is process 1 here, and when it is stopped everything ends at once; run `node server/start.mjs` instead");
  }
}

// The first process of a container: when npm ends, the kernel ends the server with it, before it
// has closed anything.
function npmIsFirst() {
  try {
    return /^(npm|node\0[^\0]*npm(-cli\.js)?)\b/.test(readFileSync("/proc/1/cmdline", "utf8"));
  } catch {
    return false;
  }
}

/**
 * What is made from the sources, in order: what it is made of, where it lies once it is made, and
 * how it is made.
 */
function products() {
  const all = [
    {
      name: "client",
      output: at("server/database/generated/client.ts"),
      message: "Generating the database client",
      make: () => run(process.execPath, [at("node_modules/prisma/build/index.js"), "generate"], {}),
    },
    { name: "server", output: at("dist/server.mjs"), message: "Building the server", make: buildServer },
    {
      name: "console",
      output: path.join(consoleFolder(), "BUILD_ID"),
      message: "Building the console, about a minute",
      make: buildConsole,
    },
  ];
  return mode === "--dev" || mode === "--install" ? all.slice(0, 1) : all;
}

/** Whether nothing is to be installed or made. */
function isPrepared() {
  if (!packagesAreInstalled()) return false;
  const stamps = readStamps();
  return products().every(({ name, output }) => existsSync(output) && stamps[name] === hashOf(INPUTS[name]));
}

async function prepare() {
  requirePlainPath();
  if (!packagesAreInstalled()) await install();
  const stamps = readStamps();
  for (const product of products()) await makeProduct(product, stamps);
}

// To what bundles the style sheets, the rest of such a path is a part of an address and no file.
function requirePlainPath() {
  if (!/[#?]/.test(ROOT)) return;
  throw new StepFailed(`switchyard: nothing can be built in ${ROOT}: its path has a # or ?; move it to another folder`);
}

async function buildServer() {
  const { buildServer: bundle } = await import(pathToFileURL(at("server/build.mjs")).href);
  await bundle({ entry: at("server/main.ts"), outfile: at("dist/server.mjs") }).catch((error) => {
    throw mayNotWrite(error) ? error : new StepFailed(error.message);
  });
}

/**
 * The build of the console for the sources as they are: a folder of its own, which no later build
 * touches.
 */
function consoleFolder() {
  return at(`.next-${hashOf(INPUTS.console).slice(0, 12)}`);
}

// A server reads pages from its build when they are first asked for, so the build it began with
// must stay while it runs.
async function buildConsole() {
  const folder = consoleFolder();
  await run(process.execPath, [at("node_modules/next/dist/bin/next"), "build"], { NODE_ENV: "production" });
  rmSync(`${folder}.new`, { recursive: true, force: true });
  const left = new Set([at(".next/cache"), at(".next/dev"), at(".next/types"), at(".next/diagnostics")]);
  cpSync(at(".next"), `${folder}.new`, { recursive: true, filter: (file) => !left.has(file) });
  rmSync(folder, { recursive: true, force: true });
  renameSync(`${folder}.new`, folder);
  for (const entry of readdirSync(ROOT)) {
    if (entry.startsWith(".next-") && at(entry) !== folder && !isUsed(at(entry)))
      rmSync(at(entry), { recursive: true, force: true });
  }
}

/**
 * Notes that this process serves a build; where nothing can be written, nothing can be removed
 * either.
 */
function use(folder) {
  const note = path.join(folder, `${USER}${process.pid}`);
  try {
    writeFileSync(note, identify(process.pid));
    process.once("exit", () => rmSync(note, { force: true }));
  } catch (error) {
    if (!mayNotWrite(error)) throw error;
  }
}

function isUsed(folder) {
  const users = readdirSync(folder).filter((entry) => entry.startsWith(USER));
  return users.some((entry) => {
    const note = readFileSync(path.join(folder, entry), "utf8");
    return note !== "" && identify(Number.parseInt(note, 10)) === note;
  });
}

// npm writes this list last, so it is missing after an install that was interrupted. Packages for
// other platforms are optional, those for development may have been left out on purpose.
function packagesAreInstalled() {
  const wanted = readPackages(at("package-lock.json"));
  const installed = readPackages(at("node_modules/.package-lock.json"));
  const needsAll = mode === "--install";
  return Object.entries(wanted).every(
    ([name, entry]) =>
      name === "" ||
      entry.optional ||
      entry.devOptional ||
      (entry.dev && !needsAll) ||
      installed[name]?.version === entry.version,
  );
}

function readPackages(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).packages : {};
}

async function install() {
  say("Installing packages");
  const flags = ["--include=dev", "--no-audit", "--no-fund", "--loglevel=error"];
  try {
    await npm(["ci", ...flags]);
  } catch (error) {
    // `ci` refuses a lock file that lags behind package.json; `install` mends it.
    if (!error.message.includes("EUSAGE")) throw error;
    await npm(["install", ...flags]);
  }
}

// The npm that runs this script, if one does: it need not be on the PATH.
function npm(args) {
  const cli = process.env.npm_execpath;
  if (cli?.endsWith(".js") && path.basename(cli).startsWith("npm")) return run(process.execPath, [cli, ...args], {});
  return run(process.platform === "win32" ? "npm.cmd" : "npm", args, {});
}

/** Makes one product unless it is there and its inputs are as they were when it was last made. */
async function makeProduct({ name, output, message, make }, stamps) {
  const hash = hashOf(INPUTS[name]);
  if (existsSync(output) && stamps[name] === hash) return;
  say(message);
  delete stamps[name];
  writeStamps(stamps);
  await make();
  stamps[name] = hash;
  writeStamps(stamps);
}

function hashOf(inputs) {
  const hash = createHash("sha256");
  const visit = (file) => {
    if (NOT_INPUTS.test(file) || !existsSync(file)) return;
    if (statSync(file).isDirectory()) {
      for (const entry of readdirSync(file).sort()) visit(path.join(file, entry));
    } else {
      hash
        .update(`${path.relative(ROOT, file)}\0`)
        .update(readFileSync(file))
        .update("\0");
    }
  };
  for (const input of inputs) visit(at(input));
  return hash.digest("hex");
}

function readStamps() {
  try {
    return JSON.parse(readFileSync(STAMPS, "utf8"));
  } catch {
    return {};
  }
}

function writeStamps(stamps) {
  writeFileSync(`${STAMPS}.new`, JSON.stringify(stamps));
  renameSync(`${STAMPS}.new`, STAMPS);
}

/** Runs a step. Its output appears only if it fails. */
function run(command, args, env) {
  return new Promise((resolve, reject) => {
    const output = [];
    child = spawn(command, args, {
      cwd: ROOT,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      shell: command.endsWith(".cmd"),
    });
    child.stdout.on("data", (chunk) => output.push(chunk));
    child.stderr.on("data", (chunk) => output.push(chunk));
    child.on("error", (error) => reject(new StepFailed(`cannot run ${command}: ${error.message}`)));
    child.on("close", (code, signal) => {
      child = undefined;
      if (code === 0) return resolve();
      const step = [path.basename(command), ...args.map((arg) => path.relative(ROOT, path.resolve(ROOT, arg)))].join(
        " ",
      );
      reject(new StepFailed(`${Buffer.concat(output)}\nThis step failed (${signal ?? `code ${code}`}): ${step}`));
    });
  });
}

function stopBuilding(signal) {
  child?.kill(signal);
  dropLock(LOCK);
  process.exit(signal === "SIGINT" ? 130 : 143);
}

function say(message) {
  console.error(`switchyard: ${message} …`);
}

// ---- Running
// -------------------------------------------------------------------------------------------------------

async function runBundle() {
  process.env.NODE_ENV ??= "production";
  process.setSourceMapsEnabled(true);
  const folder = consoleFolder();
  use(folder);
  process.env.NEXT_DIST_DIR = path.relative(ROOT, folder);
  await import(pathToFileURL(at("dist/server.mjs")).href);
}

function runFromSource() {
  process.env.NODE_ENV = "development";
  const server = spawn(
    process.execPath,
    [at("node_modules/tsx/dist/cli.mjs"), "watch", "--clear-screen=false", at("server/main.ts")],
    { cwd: ROOT, stdio: "inherit" },
  );
  // Ctrl-C reaches the child by itself; a signal sent to this process alone does not.
  process.on("SIGINT", () => {});
  process.on("SIGTERM", () => server.kill("SIGTERM"));
  server.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGTERM" ? 143 : 130)));
}
