/**
 * Writes the next migration: what `prisma/schema.prisma` has and the migrations so far do not.
 *
 *   npm run db:diff                    prints the SQL that is missing, writes nothing npm run
 *   db:diff -- add_labels      writes it to prisma/migrations/<next number>_add_labels npm run
 *   db:diff -- --rewrite       writes the newest migration anew; only before anyone has applied it
 *
 * It needs no network: the schema engine is a package, and the database a temporary embedded
 * Postgres.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { type Migration, migrate, migrationsDirectory, readMigrations } from "./migrate.ts";
import { openSchemaEngine } from "./schema-engine.ts";
import { startTemporaryPostgres } from "./temporary.ts";

/**
 * SQL that would bring the migrated database at `url` to `prisma/schema.prisma`; empty if it is
 * there.
 */
export async function missingSql(url: string): Promise<string> {
  const file = path.join(migrationsDirectory(), "..", "schema.prisma");
  const content = readFileSync(file, "utf8");
  const files = [{ path: file, content }];
  const { engine, close } = await openSchemaEngine(url, [[file, content]]);
  try {
    const { stdout } = await engine.diff({
      from: { tag: "schemaDatasource", files, configDir: path.dirname(file) },
      to: { tag: "schemaDatamodel", files },
      script: true,
      exitCode: null,
      filters: { externalTables: [], externalEnums: [] },
    });
    return (stdout ?? "").replace(/^-- This is an empty migration\.\s*$/m, "").trim();
  } finally {
    await close();
  }
}

async function main(arg: string | undefined): Promise<void> {
  const directory = migrationsDirectory();
  const all = readMigrations(directory);
  const rewritten = arg === "--rewrite" ? all.at(-1) : undefined;
  const postgres = await startTemporaryPostgres();
  try {
    await migrate(
      postgres.url,
      all.filter((migration) => migration !== rewritten),
    );
    const sql = await missingSql(postgres.url);
    const folder = rewritten?.name ?? nextName(all, arg);
    if (!sql) console.error("The migrations already give the schema.");
    else if (!folder) console.log(sql);
    else writeMigration(path.join(directory, folder), sql);
  } finally {
    await postgres.stop();
  }
}

function nextName(all: Migration[], name: string | undefined): string | undefined {
  if (name === undefined) return undefined;
  if (!/^[a-z][a-z0-9_]*$/.test(name)) throw new Error("name the migration in lower_snake_case");
  const last = Math.max(0, ...all.map((migration) => Number.parseInt(migration.name, 10)));
  return `${String(last + 1).padStart(4, "0")}_${name}`;
}

function writeMigration(folder: string, sql: string): void {
  mkdirSync(folder, { recursive: true });
  const file = path.join(folder, "migration.sql");
  writeFileSync(file, `${sql}\n`);
  console.error(`Wrote ${path.relative(process.cwd(), file)}. Read it: it may need care for rows that exist.`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) await main(process.argv[2]);
