/**
 * `npm start`: from a fresh clone to a running server. Installs, generates and builds what has changed since the last
 * time, then runs the server in this process. Plain JavaScript without packages: nothing is installed when it begins.
 *
 *   node server/start.mjs             everything, then the server
 *   node server/start.mjs --dev       packages and database client, then the server from source, started anew on change
 *   node server/start.mjs --build     everything but the server
 *   node server/start.mjs --install   packages and database client only
 */
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";

const ROOT = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const at = (...parts) => path.join(ROOT, ...parts);
const OLDEST_NODE = [20, 19];
const LOCK = at("dist", "start.lock");
const STAMPS = at("dist", "stamps.json");

/** What each product is made from. A product is made again when the content of one of these changes. */
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
  followNpm();
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, stopBuilding);
  mkdirSync(at("dist"), { recursive: true });
  await takeLock();
  try {
    await prepare();
  } finally {
    dropLock();
  }
  for (const signal of ["SIGINT", "SIGTERM"]) process.off(signal, stopBuilding);
  if (mode === "--dev") runFromSource();
  else if (!mode) await runBundle();
} catch (error) {
  if (!(error instanceof StepFailed)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1])) return;
  throw new StepFailed(`Switchyard needs Node ${OLDEST_NODE.join(".")} or newer; this is ${process.versions.node}.`);
}

// `npm start` runs this through a shell. A SIGTERM to npm ends npm and the shell, and neither passes it on.
function followNpm() {
  if (!process.env.npm_lifecycle_event) return;
  const shell = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(watch);
    process.kill(process.pid, "SIGTERM");
  }, 200);
  watch.unref();
}

async function prepare() {
  if (!packagesAreInstalled()) await install();
  const stamps = readStamps();
  await product("client", at("server/database/generated/client.ts"), "Generating the database client", stamps, () =>
    run(process.execPath, [at("node_modules/prisma/build/index.js"), "generate"], {}),
  );
  if (mode === "--dev" || mode === "--install") return;
  await product("server", at("dist/server.mjs"), "Building the server", stamps, async () => {
    const { buildServer } = await import(pathToFileURL(at("server/build.mjs")).href);
    await buildServer({ entry: at("server/main.ts"), outfile: at("dist/server.mjs") }).catch((error) => {
      throw new StepFailed(error.message);
    });
  });
  await product("console", at(".next/BUILD_ID"), "Building the console, about a minute", stamps, () =>
    run(process.execPath, [at("node_modules/next/dist/bin/next"), "build"], { NODE_ENV: "production" }),
  );
}

// npm writes this list last, so it is missing after an install that was interrupted. Packages for other platforms are
// optional, those for development may have been left out on purpose.
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
async function product(name, output, message, stamps, make) {
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
  dropLock();
  process.exit(signal === "SIGINT" ? 130 : 143);
}

function say(message) {
  console.error(`switchyard: ${message} …`);
}

// ---- One starter at a time builds in a checkout; the others wait and then find everything made. -------------------

async function takeLock() {
  const mine = `${LOCK}.${process.pid}`;
  writeFileSync(mine, identify(process.pid));
  try {
    for (let turn = 0; !tryLink(mine, LOCK); turn++) {
      const holder = readLock(LOCK);
      if (holder !== undefined && identify(Number.parseInt(holder, 10)) === holder) {
        if (turn === 0)
          say(`Waiting for another start in this folder (pid ${Number.parseInt(holder, 10)}) to finish building`);
        await delay(200);
      } else if (holder !== undefined) {
        clearDeadLock(holder);
      }
    }
  } finally {
    rmSync(mine, { force: true });
  }
}

function clearDeadLock(holder) {
  const aside = `${LOCK}.dead.${process.pid}`;
  try {
    renameSync(LOCK, aside);
  } catch {
    return;
  }
  // Another starter may have taken over since the look: what was moved is its lock then.
  if (readLock(aside) !== holder) tryLink(aside, LOCK);
  rmSync(aside, { force: true });
}

function dropLock() {
  if (readLock(LOCK) === identify(process.pid)) rmSync(LOCK, { force: true });
}

function tryLink(from, to) {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

function readLock(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

/** A living process as "<id> <start time>", so that a later process with the same id is not taken for it. */
function identify(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== "EPERM") return "";
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return `${pid} ${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]}`;
  } catch {
    return `${pid} `;
  }
}

// ---- Running -------------------------------------------------------------------------------------------------------

async function runBundle() {
  process.env.NODE_ENV ??= "production";
  process.setSourceMapsEnabled(true);
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
