/**
 * `npm run verify`: the scripts `verify:…` of package.json, side by side. What one says comes in
 * one piece when it ends; the exit code is 1 if one of them failed.
 */
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";

const ROOT = path.resolve(import.meta.dirname, "..");
const { scripts } = JSON.parse(readFileSync(path.join(ROOT, "package.json"), "utf8"));
const env = { ...process.env, PATH: `${path.join(ROOT, "node_modules/.bin")}${path.delimiter}${process.env.PATH}` };

/** Runs one check and prints how it went; true if it passed. */
async function check([name, command]) {
  const started = performance.now();
  const child = spawn(command, { cwd: ROOT, env, shell: true, stdio: ["ignore", "pipe", "pipe"] });
  const said = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => said.push(chunk));
  const end = await new Promise((resolve) => child.once("close", (code, signal) => resolve(signal ?? code)));
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(`${end === 0 ? "✓" : "✗"} ${name} (${seconds} s)\n`);
  if (end !== 0) process.stdout.write(Buffer.concat(said));
  return end === 0;
}

const checks = Object.entries(scripts).filter(([name]) => name.startsWith("verify:"));
const passed = await Promise.all(checks.map(check));
process.exitCode = passed.every(Boolean) ? 0 : 1;
