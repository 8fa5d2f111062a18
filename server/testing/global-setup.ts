import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { startEmbedded } from "../database/embedded.ts";
import { migrate } from "../database/migrate.ts";
import { withDatabase } from "./url.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** TEST_DATABASE_URL, or "". */
    givenServer: string;
    /** Where test databases live: a server's URL and the migrated database to clone. */
    testServer: { url: string; template: string };
  }
}

/**
 * One Postgres for the whole run, with one migrated database that test files clone. TEST_DATABASE_URL names a server
 * to use instead; its user must be allowed to create databases.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const given = project.config.provide.givenServer;
  const server = given ? { url: given, stop: async () => {} } : await startTemporary();
  const template = `switchyard_template_${randomBytes(6).toString("hex")}`;
  await run(server.url, `CREATE DATABASE "${template}"`);
  await migrate(withDatabase(server.url, template));
  project.provide("testServer", { url: server.url, template });
  return async () => {
    await run(server.url, `DROP DATABASE "${template}" WITH (FORCE)`);
    await server.stop();
  };
}

async function startTemporary(): Promise<{ url: string; stop: () => Promise<void> }> {
  const folder = mkdtempSync(path.join(os.tmpdir(), "switchyard-test-"));
  // As root, Postgres runs as somebody else, who must be able to enter.
  chmodSync(folder, 0o711);
  const embedded = await startEmbedded(path.join(folder, "data"), { durable: false });
  return {
    url: embedded.url,
    stop: async () => {
      await embedded.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function run(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
