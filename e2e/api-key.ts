import { createHash, randomBytes, randomUUID } from "node:crypto";
import type pg from "pg";

/**
 * Puts an API key of a role into a server's database: there is no call that makes one. Answers its
 * secret.
 */
export async function mintApiKey(database: pg.Client, role: string): Promise<string> {
  const secret = `swy_e2e_${randomBytes(24).toString("hex")}`;
  const hash = createHash("sha256").update(secret).digest("hex");
  const text = `INSERT INTO "ApiKey" ("id", "tenantId", "name", "role", "hash") VALUES ($1, 'default', $2, $2, $3)`;
  await database.query(text, [randomUUID(), role, hash]);
  return secret;
}
