import { readdir, readFile } from "node:fs/promises";
import { extname, join, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parseJson } from "../../domain/kernel/json-text.ts";
import type { Adapter } from "./adapter.ts";
import { ADAPTERS } from "./adapters/index.ts";
import { messageOf } from "./log.ts";
import { type AgentTemplate, adapterOf, faultsOfTemplate, isName } from "./template.ts";

/** An adapter and where it is from. */
export interface Listed {
  adapter: Adapter;
  source: string;
}

const READABLE = [".mjs", ".js", ".ts", ".json"];

/**
 * The worker's adapters: its own and those of the user's files (`--adapter`) and folder
 * (`SWITCHYARD_ADAPTERS`). A file's default export, or a JSON file, is an adapter, a template, or a
 * list of them; one with the name of a built-in one takes its place. Answers every fault instead
 * when there is one.
 */
export async function loadAdapters(
  files: readonly string[],
  folder: string | undefined,
): Promise<{ adapters: Listed[] } | { faults: string[] }> {
  const faults: string[] = [];
  const paths = files.map((file) => resolve(file));
  if (folder !== undefined) {
    try {
      paths.push(...(await adapterFiles(folder)));
    } catch (error) {
      faults.push(`SWITCHYARD_ADAPTERS: ${messageOf(error)}`);
    }
  }
  const byName = new Map<string, Listed>(ADAPTERS.map((adapter) => [adapter.name, { adapter, source: "built in" }]));
  for (const path of new Set(paths)) {
    const source = nameOf(path);
    try {
      for (const adapter of await read(path)) {
        const other = byName.get(adapter.name);
        if (other && other.source !== "built in") throw new Error(`${adapter.name} is in ${other.source} as well`);
        byName.set(adapter.name, { adapter, source });
      }
    } catch (error) {
      faults.push(`${source}: ${messageOf(error)}`);
    }
  }
  return faults.length > 0 ? { faults } : { adapters: [...byName.values()] };
}

async function adapterFiles(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).sort();
  return names
    .filter((name) => READABLE.includes(extname(name)) && !/^\.|\.(d|test)\.ts$/.test(name))
    .map((name) => resolve(join(folder, name)));
}

async function read(path: string): Promise<Adapter[]> {
  if (!READABLE.includes(extname(path))) throw new Error(`an adapter's file ends in ${READABLE.join(", ")}`);
  const found: unknown =
    extname(path) === ".json"
      ? readJson(await readFile(path))
      : ((await import(pathToFileURL(path).href)) as { default?: unknown }).default;
  if (found === undefined) throw new Error("it has no default export");
  return (Array.isArray(found) ? found : [found]).map(toAdapter);
}

/** A template in JSON, read as bodies are: what would not be kept exactly is a fault. */
function readJson(bytes: Buffer): unknown {
  const parsed = parseJson(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  if ("faults" in parsed) throw new Error(parsed.faults.map(({ message }) => message).join("; "));
  return parsed.value;
}

function toAdapter(value: unknown): Adapter {
  if (typeof value !== "object" || value === null) throw new Error("an adapter or a template is an object");
  if (!("run" in value)) {
    const faults = faultsOfTemplate(value as { [name: string]: unknown });
    if (faults.length > 0) throw new Error(faults.join("; "));
    return adapterOf(value as AgentTemplate);
  }
  if (typeof value.run !== "function") throw new Error("`run` must be a function");
  if (!("name" in value) || !isName(value.name)) throw new Error("`name` must be 1-200 characters");
  return value as Adapter;
}

/** As somebody here would type it. */
function nameOf(path: string): string {
  const near = relative(process.cwd(), path);
  return near.startsWith("..") ? path : `./${near}`;
}
